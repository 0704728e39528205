import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { hexToBytes, type SessionKey } from "@weft/protocol";

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
  if (signature.length !== 64) return false;
  try {
    const options = { key: publicKey(key), dsaEncoding: "ieee-p1363" } as const;
    return verify("sha256", message, options, signature);
  } catch {
    return false;
  }
}
