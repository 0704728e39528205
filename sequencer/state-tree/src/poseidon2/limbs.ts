import { FIELD_MODULUS } from "@weft/protocol";

// A field element inside the WebAssembly module is nine limbs of 29 bits, one in each 64-bit word,
// lowest first. 29 bits: then a column of a product, nine products of two limbs, and as much again
// from the reduction, stays below 2^63, so that nothing has to be carried before the end.
//
// Elements are in Montgomery form: x stands for x·2^261 mod p. A product is below
// (k·l/169 + 1)·p for factors below k·p and l·p, because 2^261 > 169·p: sums of a few elements can
// be multiplied without reducing them first.

export const LIMBS = 9;
export const LIMB_BITS = 29;
export const LIMB_MASK = (1n << BigInt(LIMB_BITS)) - 1n;
export const WORD_BYTES = 8;
/** Of an element inside the module. */
export const ELEMENT_BYTES = LIMBS * WORD_BYTES;

const R = 1n << BigInt(LIMBS * LIMB_BITS);

/** @param value below 2^261 */
export function toLimbs(value: bigint): bigint[] {
  return Array.from({ length: LIMBS }, (_, i) => (value >> BigInt(i * LIMB_BITS)) & LIMB_MASK);
}

/** The limbs of a field element's Montgomery form. */
export function toMontgomery(value: bigint): bigint[] {
  return toLimbs((value * R) % FIELD_MODULUS);
}

/** An element multiplied by this, as if it were in Montgomery form, gets into it. */
export const INTO_MONTGOMERY: readonly bigint[] = toLimbs((R * R) % FIELD_MODULUS);
/** An element in Montgomery form multiplied by this gets out of it. */
export const OUT_OF_MONTGOMERY: readonly bigint[] = toLimbs(1n);
