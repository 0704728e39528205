import { createECDH, hash } from "node:crypto";
import { bytesToHex, type Hex, hexToBytes } from "@weft/protocol";

/** ECDSA's numbers, big-endian. */
export type Signature = { readonly r: bigint; readonly s: bigint; readonly isOdd: boolean };

export type FixedNonceKey = {
  /** x ‖ y, 64 bytes. */
  readonly publicKey: Uint8Array;
  /** @param digest 32 bytes. */
  sign(digest: Uint8Array): Signature;
};

const ORDERS = {
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp256k1: 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n,
} as const;

/**
 * A key whose signatures are real ones, the same in every run, and cost no multiplication of a point: all of a key's
 * have one nonce. Whoever sees two of them has the key, so this is for keys that are nobody's secret.
 */
export function createFixedNonceKey(curve: keyof typeof ORDERS, name: string): FixedNonceKey {
  const order = ORDERS[curve];
  const secret = scalarOf(`${curve} ${name} secret`, order);
  const nonce = scalarOf(`${curve} ${name} nonce`, order);
  const point = pointOf(curve, nonce);
  const r = toBigInt(point.slice(0, 32)) % order;
  const isOddNonce = ((point[63] ?? 0) & 1) === 1;
  const inverse = power(nonce, order - 2n, order);
  return {
    publicKey: pointOf(curve, secret),
    sign(digest) {
      const s = (inverse * ((toBigInt(digest) + r * secret) % order)) % order;
      // Ethereum takes the lower one of the two; nobody minds elsewhere.
      return s > order / 2n ? { r, s: order - s, isOdd: !isOddNonce } : { r, s, isOdd: isOddNonce };
    },
  };
}

export const toBytes32 = (value: bigint): Uint8Array => hexToBytes(toHex32(value));
export const toHex32 = (value: bigint): Hex => `0x${value.toString(16).padStart(64, "0")}`;

function scalarOf(name: string, order: bigint): bigint {
  return (toBigInt(hash("sha256", name, "buffer")) % (order - 1n)) + 1n;
}

function pointOf(curve: string, scalar: bigint): Uint8Array {
  const ecdh = createECDH(curve);
  ecdh.setPrivateKey(toBytes32(scalar));
  return Uint8Array.from(ecdh.getPublicKey().subarray(1));
}

const toBigInt = (bytes: Uint8Array): bigint => BigInt(bytesToHex(bytes));

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (let square = base % modulus, rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
