import { FIELD_MODULUS } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DIGIT_BITS,
  DIGITS,
  FRIENDLY_MULTIPLE,
  MODULUS_DIGITS,
  NEGATIVE_INVERSE,
  toDigits,
} from "./digits.ts";

const BASE = 1n << BigInt(DIGIT_BITS);
const numberOf = (digits: readonly bigint[]) =>
  digits.reduce((sum, digit, i) => sum + (digit << BigInt(i * DIGIT_BITS)), 0n);

describe("digits", () => {
  it("are balanced, and stand for the number", () => {
    const limit = 1n << BigInt(DIGITS * DIGIT_BITS - 1);
    const check = (value: bigint) => {
      const digits = toDigits(value);
      expect(numberOf(digits)).toBe(value);
      for (const digit of digits) expect(2n * (digit < 0n ? -digit : digit) <= BASE).toBe(true);
    };
    fc.assert(fc.property(fc.bigInt({ min: -limit + BASE ** 4n, max: limit - BASE ** 4n }), check));
  });

  it("know the modulus, and a multiple of it that is one below a multiple of the base", () => {
    expect(numberOf(MODULUS_DIGITS)).toBe(FIELD_MODULUS);
    const multiple = NEGATIVE_INVERSE * FIELD_MODULUS;
    expect(numberOf(FRIENDLY_MULTIPLE) * BASE - 1n).toBe(multiple);
  });
});
