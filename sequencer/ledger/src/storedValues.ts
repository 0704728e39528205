import { crc32 } from "node:zlib";
import { bytesEqual, sha256 } from "@weft/protocol";
import * as lmdb from "lmdb";

// What is stored carries a checksum each: LMDB has none, and a block's own hash covers its transactions
// only by way of a root that takes long to compute.

const BLOCK_CHECKSUM_BYTES = 8;
/** Height (6 bytes) and a checksum over key and height (4). */
const PLACE_BYTES = 10;

/** lmdb exports them; its types don't say so. */
const { keyValueToBuffer, bufferToKeyValue } = lmdb as unknown as {
  keyValueToBuffer(key: lmdb.Key): Uint8Array;
  bufferToKeyValue(bytes: Uint8Array): lmdb.Key;
};

/** A key as it is in the file. */
export const keyBytes = (key: lmdb.Key): Uint8Array => keyValueToBuffer(key);

/** The height that bytes are the key of, if they are one's. */
export function heightOfKey(bytes: Uint8Array): number | undefined {
  let height: lmdb.Key;
  try {
    height = bufferToKeyValue(bytes);
  } catch {
    return undefined;
  }
  const isHeight = typeof height === "number" && Number.isSafeInteger(height) && height >= 0;
  return isHeight && bytesEqual(bytes, keyBytes(height)) ? (height as number) : undefined;
}

/** What is stored of a block: checksum, encoding. */
export function wrapBlock(encoded: Uint8Array): Uint8Array {
  return Buffer.concat([blockChecksum(encoded), encoded]);
}

/** @returns the encoding, or undefined when it isn't what was stored */
export function unwrapBlock(stored: Uint8Array): Uint8Array | undefined {
  // Not a Buffer: its slices share memory, and it wouldn't equal what was appended.
  const encoded = new Uint8Array(
    stored.buffer,
    stored.byteOffset + Math.min(BLOCK_CHECKSUM_BYTES, stored.length),
    Math.max(0, stored.length - BLOCK_CHECKSUM_BYTES),
  );
  const checksum = stored.subarray(0, BLOCK_CHECKSUM_BYTES);
  return bytesEqual(checksum, blockChecksum(encoded)) ? encoded : undefined;
}

const blockChecksum = (encoded: Uint8Array): Uint8Array =>
  sha256(encoded).subarray(0, BLOCK_CHECKSUM_BYTES);

/** What an index has under a key. */
export function encodePlace(key: lmdb.Key, height: number): Uint8Array {
  return placeOf(keyBytes(key), height);
}

function placeOf(key: Uint8Array, height: number): Uint8Array {
  const place = Buffer.alloc(PLACE_BYTES);
  place.writeUIntBE(height, 0, 6);
  place.writeUInt32BE(crc32(place.subarray(0, 6), crc32(key)), 6);
  return place;
}

/** @param key as it is in the file. @returns the height, or undefined when it isn't what was stored there */
export function decodePlace(key: Uint8Array, place: Uint8Array): number | undefined {
  if (place.length !== PLACE_BYTES) return undefined;
  const height = Buffer.from(place.buffer, place.byteOffset, 6).readUIntBE(0, 6);
  return bytesEqual(place, placeOf(key, height)) ? height : undefined;
}
