import {
  bytesToBigint,
  bytesToHex,
  FIELD_MODULUS,
  fieldToHash,
  hexToBytes,
  identityCommitment,
} from "@weft/protocol";
import { privateKeyToAccount } from "viem/accounts";
import type { Identity } from "./identity.ts";

/** Order of secp256k1's group. */
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** HKDF's salt and labels. Other versions get others: identities would change. */
const SALT = "weft identity v1";
const SECRET_LABEL = "ownership secret";
const PAYOUT_LABEL = "payout account";

/** 16 bytes more than a number takes, so that its remainder is biased by at most 2^-128. */
const WIDE_BYTES = 48;

/**
 * The part of a signature that is the same however it is written: r ‖ s, s in its lower half.
 * @param signature r ‖ s ‖ v, 65 bytes
 */
export function identitySeed(signature: Uint8Array): Uint8Array {
  const seed = Uint8Array.from(signature.subarray(0, 64));
  const s = bytesToBigint(seed.subarray(32));
  if (s > SECP256K1_ORDER / 2n) seed.set(hexToBytes(fieldToHash(SECP256K1_ORDER - s)), 32);
  return seed;
}

/** @param seed 64 bytes */
export async function deriveIdentity(seed: Uint8Array): Promise<Identity> {
  const secret = (await deriveWide(seed, SECRET_LABEL)) % FIELD_MODULUS;
  const payoutKey = 1n + ((await deriveWide(seed, PAYOUT_LABEL)) % (SECP256K1_ORDER - 1n));
  return {
    commitment: fieldToHash(identityCommitment(secret)),
    secret,
    payoutAccount: privateKeyToAccount(fieldToHash(payoutKey)),
    seed: bytesToHex(seed),
  };
}

/** HKDF (RFC 5869) with SHA-256. */
async function deriveWide(seed: Uint8Array, label: string): Promise<bigint> {
  const { subtle } = globalThis.crypto;
  const text = new TextEncoder();
  const key = await subtle.importKey("raw", Uint8Array.from(seed), "HKDF", false, ["deriveBits"]);
  const params = {
    name: "HKDF",
    hash: "SHA-256",
    salt: text.encode(SALT),
    info: text.encode(label),
  };
  return bytesToBigint(new Uint8Array(await subtle.deriveBits(params, key, WIDE_BYTES * 8)));
}
