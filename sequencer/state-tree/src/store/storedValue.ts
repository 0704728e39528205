import { crc32 } from "node:zlib";
import { StateTreeError } from "../errors.ts";

// What is stored carries a checksum each, over its key too: LMDB has none, and a leaf or node that is another
// of the same form would give a wrong root, which the ledger would then have for good.

const CHECKSUM_BYTES = 4;

/** What is stored of a value under a key: the value, its checksum. */
export function wrapValue(key: Uint8Array, value: Uint8Array): Uint8Array {
  const stored = new Uint8Array(value.length + CHECKSUM_BYTES);
  stored.set(value);
  viewOf(stored).setUint32(value.length, checksumOf(key, value));
  return stored;
}

/** @throws StateTreeError STORE_CORRUPT when it isn't what was stored under the key */
export function unwrapValue(key: Uint8Array, stored: Uint8Array): Uint8Array {
  if (isStoredEntry(key, stored)) return withoutChecksum(stored);
  throw new StateTreeError("STORE_CORRUPT", "an entry isn't what was stored", {
    details: { key: Buffer.from(key).toString("hex") },
  });
}

/** Whether an entry of the data file is what was stored. */
export function isStoredEntry(key: Uint8Array, stored: Uint8Array): boolean {
  if (stored.length < CHECKSUM_BYTES) return false;
  const checksum = viewOf(stored).getUint32(stored.length - CHECKSUM_BYTES);
  return checksum === checksumOf(key, withoutChecksum(stored));
}

const withoutChecksum = (stored: Uint8Array) => stored.subarray(0, -CHECKSUM_BYTES);
const checksumOf = (key: Uint8Array, value: Uint8Array) => crc32(value, crc32(key));
const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array) =>
  new DataView(buffer, byteOffset, byteLength);
