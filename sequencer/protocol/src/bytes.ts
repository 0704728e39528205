import { bytesToHex as nobleToHex } from "@noble/hashes/utils.js";
import { ProtocolError } from "./errors.ts";

/** Bytes as lower-case hexadecimal with the prefix `0x`. */
export type Hex = `0x${string}`;
/** 20 bytes. Lower case: compare with `===`, checksum only what people see. */
export type Address = Hex;
/** 32 bytes. */
export type Hash = Hex;

export const ZERO_HASH: Hash = `0x${"00".repeat(32)}`;
export const ZERO_ADDRESS: Address = `0x${"00".repeat(20)}`;

export function bytesToHex(bytes: Uint8Array): Hex {
  return `0x${nobleToHex(bytes)}`;
}

/** By the code of a character: the digit that it is, or more than any. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(digit) ? 255 : digit;
});

/** @throws ProtocolError FIELD_INVALID when `hex` isn't an even number of hexadecimal digits after `0x`. */
export function hexToBytes(hex: string): Uint8Array {
  const length = hex.length / 2 - 1;
  const bytes = new Uint8Array(Number.isInteger(length) && length > 0 ? length : 0);
  writeHex(hex, bytes, bytes.length);
  return bytes;
}

/**
 * Writes the bytes that `hex` is to the beginning of `bytes`. Lanes and records keep hashes as text, and every frame hashes one:
 * so there is a table, and whoever has room for them needs no array for them alone.
 * @throws ProtocolError FIELD_INVALID when they aren't `length` bytes
 */
export function writeHex(hex: string, bytes: Uint8Array, length: number): void {
  let seen = hex.startsWith("0x") && hex.length === 2 * length + 2 ? 0 : 255;
  for (let i = 0; i < length; i++) {
    const high = DIGITS[hex.charCodeAt(2 * i + 2)] ?? 255;
    const low = DIGITS[hex.charCodeAt(2 * i + 3)] ?? 255;
    seen |= high | low;
    bytes[i] = high * 16 + low;
  }
  if (seen > 15) {
    throw new ProtocolError("FIELD_INVALID", "not hexadecimal bytes with 0x in front");
  }
}

export function bytesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic order of bytes, as `Array.prototype.sort` wants it. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
