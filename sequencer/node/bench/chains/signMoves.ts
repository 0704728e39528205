import { movesAbi } from "@weft/contracts/testing";
import { type Address, type Hex, hexToBytes, keccak256 } from "@weft/protocol";
import { encodeFunctionData, parseAbi } from "viem";
import { createSigner, type Signer, signTransaction } from "../load/signTransaction.ts";

/** A player's first move makes a slot of storage, which costs more than any later one. */
const MOVE_GAS = 80_000n;

/** A move as a signed transaction, and how a chain names it. */
export type SignedMove = { readonly raw: Hex; readonly hash: Hex };

export const createSenders = (count: number): Signer[] =>
  Array.from({ length: count }, (_, index) => createSigner(`bench mover ${index}`));

/** Moves in turns of the senders: each one's nonces go up from 0. */
export function signMoves(
  count: number,
  { chainId, to, senders }: { chainId: number; to: Address; senders: readonly Signer[] },
): SignedMove[] {
  const abi = parseAbi(movesAbi);
  return Array.from({ length: count }, (_, index) => {
    const nonce = Math.floor(index / senders.length);
    const args = [(nonce % 3) - 1, ((nonce + 1) % 3) - 1] as const;
    const data = encodeFunctionData({ abi, functionName: "move", args });
    const sender = senders[index % senders.length] as Signer;
    const raw = signTransaction(sender, { chainId, nonce, to, data, gas: MOVE_GAS });
    return { raw, hash: keccak256(hexToBytes(raw)) };
  });
}
