import {
  type Address,
  bytesToBigint,
  bytesToHex,
  concatBytes,
  type Hash,
  type Hex,
  hexToBytes,
  keccak256,
  type Release,
  utf8ToBytes,
} from "@weft/protocol";
import type { Log } from "../types.ts";

/** What the chain must know of the portal: one function that it calls, one event that it reads. */

const RELEASE_SELECTOR = hexToBytes(
  keccak256(utf8ToBytes("release(uint64,address,address,uint256)")).slice(0, 10),
);
const DEPOSITED_TOPIC = keccak256(utf8ToBytes("Deposited(uint64,address,address,address,uint256)"));

/** Big-endian in 32 bytes. */
export function bigintToWord(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

function wordToAddress(word: Hex): Address {
  return `0x${word.slice(-40)}`;
}

/** Calldata of the portal's `release`. */
export function encodeRelease({ nonce, asset, recipient, amount }: Release): Uint8Array {
  const words = [nonce, BigInt(asset), BigInt(recipient), amount].map(bigintToWord);
  return concatBytes(RELEASE_SELECTOR, ...words.map(hexToBytes));
}

/** A deposit, where the log is the portal's word of one. */
export function decodeDeposited(
  log: Log,
  portal: Address,
): { nonce: bigint; asset: Address; recipient: Address; amount: bigint } | undefined {
  const [topic, nonce, asset, recipient] = log.topics;
  if (log.address !== portal || topic !== DEPOSITED_TOPIC) return undefined;
  const data = hexToBytes(log.data);
  if (recipient === undefined || asset === undefined || nonce === undefined) return undefined;
  // sender, amount
  if (data.length !== 64) return undefined;
  return {
    nonce: BigInt(nonce),
    asset: wordToAddress(asset),
    recipient: wordToAddress(recipient),
    amount: bytesToBigint(data.subarray(32)),
  };
}

const ERROR_SELECTOR = "0x08c379a0";
const MAX_REASON_BYTES = 1024;

/** The text of Solidity's `revert("text")`, where that is what `data` holds. */
export function decodeRevertReason(data: Uint8Array): string | undefined {
  if (bytesToHex(data.subarray(0, 4)) !== ERROR_SELECTOR || data.length < 68) return undefined;
  const length = bytesToBigint(data.subarray(36, 68));
  if (length > MAX_REASON_BYTES) return undefined;
  return new TextDecoder().decode(data.subarray(68, 68 + Number(length)));
}
