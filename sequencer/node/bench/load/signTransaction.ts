import type { Address, Hex } from "@weft/protocol";
import { bytesToHex, hexToBytes, keccak256, keccak256Bytes, utf8ToBytes } from "@weft/protocol";
import secp256k1 from "secp256k1";
import { serializeTransaction } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { lowerAddress } from "../../src/index.ts";

/** An account whose transactions are signed natively: tens of thousands are needed, and viem takes a millisecond for one. */
export type Signer = { readonly key: Uint8Array; readonly address: Address };

export type Call = {
  readonly chainId: number;
  readonly nonce: number;
  readonly to?: Hex;
  readonly value?: bigint;
  readonly data?: Hex;
  readonly gas: bigint;
};

/** Blocks that are always full raise the base fee by an eighth each. */
const MAX_FEE_WEI = 10n ** 13n;
const TIP_WEI = 10n ** 6n;

export function createSigner(name: string): Signer {
  return signerOf(keccak256(utf8ToBytes(name)));
}

export function signerOf(privateKey: Hex): Signer {
  return { key: hexToBytes(privateKey), address: lowerAddress(privateKeyToAddress(privateKey)) };
}

/** @returns the raw EIP-1559 transaction */
export function signTransaction({ key }: Signer, call: Call): Hex {
  const transaction = {
    ...call,
    type: "eip1559" as const,
    maxFeePerGas: MAX_FEE_WEI,
    maxPriorityFeePerGas: TIP_WEI,
  };
  const message = keccak256Bytes(hexToBytes(serializeTransaction(transaction)));
  const { signature, recid } = secp256k1.ecdsaSign(message, key);
  return serializeTransaction(transaction, {
    r: bytesToHex(signature.subarray(0, 32)),
    s: bytesToHex(signature.subarray(32)),
    yParity: recid,
  });
}
