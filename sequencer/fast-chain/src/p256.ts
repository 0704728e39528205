import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { hexToBytes, type SessionKey } from "@weft/protocol";

/** r and s of a signature, 32 bytes each. */
const SIGNATURE_BYTES = 64;
const HALF_BYTES = 32;
/** A sequence of two integers of at most 33 bytes. */
const MAX_DER_BYTES = 2 + 2 * (2 + HALF_BYTES + 1);

/** Parsed keys, newest last: parsing costs as much as verifying. */
const MAX_CACHED_KEYS = 4096;
const cache = new Map<SessionKey, KeyObject>();

/** @throws when the bytes aren't a point on P-256. */
function publicKey(key: SessionKey): KeyObject {
  const cached = cache.get(key);
  if (cached !== undefined) return cached;
  const raw = Buffer.from(hexToBytes(key));
  const x = raw.subarray(0, 32).toString("base64url");
  const y = raw.subarray(32).toString("base64url");
  const parsed = createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x, y } });
  if (cache.size >= MAX_CACHED_KEYS) cache.delete(cache.keys().next().value as SessionKey);
  cache.set(key, parsed);
  return parsed;
}

/** Whether 64 bytes are a point on the curve, so that signatures can be checked against them. */
export function isSessionKey(key: SessionKey): boolean {
  try {
    publicKey(key);
    return true;
  } catch {
    return false;
  }
}

/** ECDSA over sha256 on P-256, signature as r ‖ s; false for anything malformed. */
export function verifyP256(key: SessionKey, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  try {
    return verify("sha256", message, publicKey(key), toDer(signature));
  } catch {
    return false;
  }
}

/**
 * The signature as OpenSSL reads it. `dsaEncoding: "ieee-p1363"` would do the same, for half of what the verification
 * itself costs: Node asks OpenSSL for the key's group each time.
 */
function toDer(signature: Uint8Array): Uint8Array {
  const der = new Uint8Array(MAX_DER_BYTES);
  const middle = writeInteger(der, 2, signature, 0);
  const end = writeInteger(der, middle, signature, HALF_BYTES);
  der[0] = 0x30;
  der[1] = end - 2;
  return der.subarray(0, end);
}

/** DER's integers have a sign and no needless zeros. @returns the offset after it. */
function writeInteger(der: Uint8Array, offset: number, from: Uint8Array, start: number): number {
  const end = start + HALF_BYTES;
  let first = start;
  while (first < end - 1 && from[first] === 0) first++;
  const isHigh = (from[first] as number) >= 0x80;
  const length = end - first + (isHigh ? 1 : 0);
  der[offset] = 0x02;
  der[offset + 1] = length;
  // With a high first bit it would be negative: then the zero that the array begins with stays.
  der.set(from.subarray(first, end), offset + 2 + (isHigh ? 1 : 0));
  return offset + 2 + length;
}
