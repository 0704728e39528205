import { FIELD_MODULUS } from "@weft/protocol";

// A field element inside the module that hashes in lanes is five digits to the base 2^52, lowest first.
// Digits are balanced: from -2^51 to 2^51, each a double, in which such a number is exact. The topmost one
// takes the rest. Every digit is a vector of two lanes, which belong to two hashes.
//
// Elements are in Montgomery form: x stands for x·2^260 mod p. A product of factors within ±k·p and
// ±l·p is within ±(k·l/84 + 3/4)·p, because 2^260 > 84·p: sums of a few elements can be multiplied without
// reducing them first, as long as the topmost digit stays one, within ±42·p.

export const DIGITS = 5;
export const DIGIT_BITS = 52;
/** Lanes of a vector. */
export const VECTOR_LANES = 2;
/** Vectors side by side, for whose sake see `weave`. */
export const STRANDS = 2;
/** Hashes that are computed at once. */
export const LANES = STRANDS * VECTOR_LANES;
export const LANE_BYTES = 8;
export const VECTOR_BYTES = VECTOR_LANES * LANE_BYTES;
/** Of a digit, in all lanes. */
export const DIGIT_BYTES = STRANDS * VECTOR_BYTES;
export const ELEMENT_BYTES = DIGITS * DIGIT_BYTES;
/** How many of the lowest digits' steps of Montgomery's reduction take the multiple of the modulus. */
export const FRIENDLY_STEPS = DIGITS - 1;

const BASE = 1n << BigInt(DIGIT_BITS);
const RADIX = 1n << BigInt(DIGITS * DIGIT_BITS);

/** @param value from -2^259 to 2^259 */
export function toDigits(value: bigint): bigint[] {
  let rest = value;
  return Array.from({ length: DIGITS }, (_, i) => {
    if (i === DIGITS - 1) return rest;
    const digit = BigInt.asIntN(DIGIT_BITS, rest);
    rest = (rest - digit) / BASE;
    return digit;
  });
}

/** The digits of a field element's Montgomery form; the one of its representatives nearest to zero. */
export function toMontgomeryDigits(value: bigint): bigint[] {
  const element = (value * RADIX) % FIELD_MODULUS;
  return toDigits(element > FIELD_MODULUS / 2n ? element - FIELD_MODULUS : element);
}

/** An element multiplied by this, as if it were in Montgomery form, gets into it. */
export const INTO_MONTGOMERY_DIGITS: readonly bigint[] = toMontgomeryDigits(RADIX);
/** An element in Montgomery form multiplied by this gets out of it. */
export const OUT_OF_MONTGOMERY_DIGITS: readonly bigint[] = toDigits(1n);

export const MODULUS_DIGITS: readonly bigint[] = toDigits(FIELD_MODULUS);

/** k with k·p = -1 modulo the base, nearest to zero. */
export const NEGATIVE_INVERSE: bigint = BigInt.asIntN(DIGIT_BITS, -inverseModuloBase());

/**
 * (k·p + 1) / 2^52. Montgomery's reduction adds a multiple of p that makes the lowest digit zero; multiples of k·p
 * need no multiplication to be found: the digit itself says which.
 */
export const FRIENDLY_MULTIPLE: readonly bigint[] = toDigits(
  (NEGATIVE_INVERSE * FIELD_MODULUS + 1n) / BASE,
);

/** Of the modulus: Newton's iteration doubles the bits that are right, from three on. */
function inverseModuloBase(): bigint {
  let inverse = FIELD_MODULUS;
  for (let bits = 3; bits < DIGIT_BITS; bits *= 2) {
    inverse = BigInt.asUintN(DIGIT_BITS, inverse * (2n - FIELD_MODULUS * inverse));
  }
  return inverse;
}
