import { type Address, bytesToHex, hexToBytes } from "@weft/protocol";
import { decodeFunctionData, parseAbi } from "viem";
import { FastChainError, refuse } from "../errors.ts";

/** What a wallet can call at the portal's address on the fast chain. `asset` zeros is ZKPoW. */
export const fastPortalAbi = parseAbi([
  "function withdraw(address asset, uint256 amount, address recipient)",
  "function transfer(address asset, address to, uint256 amount)",
]);

export type PortalCall = {
  readonly type: "withdraw" | "transfer";
  readonly asset: Address;
  readonly amount: bigint;
  readonly recipient: Address;
};

/** Selector and three words. */
const CALL_BYTES = 4 + 3 * 32;

/** @throws FastChainError TX_UNSUPPORTED for data that is no call of `fastPortalAbi`. */
export function decodePortalCall(data: Uint8Array): PortalCall {
  if (data.length !== CALL_BYTES) refuse("TX_UNSUPPORTED", "not a call that the portal knows");
  const call = decode(data);
  if (call.functionName === "withdraw") {
    const [asset, amount, recipient] = call.args;
    return { type: "withdraw", asset: lower(asset), amount, recipient: lower(recipient) };
  }
  const [asset, to, amount] = call.args;
  return { type: "transfer", asset: lower(asset), amount, recipient: lower(to) };
}

function decode(data: Uint8Array) {
  try {
    return decodeFunctionData({ abi: fastPortalAbi, data: bytesToHex(data) });
  } catch (cause) {
    throw new FastChainError("TX_UNSUPPORTED", "not a call that the portal knows", { cause });
  }
}

const lower = (address: string) => bytesToHex(hexToBytes(address));
