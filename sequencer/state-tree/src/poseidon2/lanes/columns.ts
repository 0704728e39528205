import { assert } from "@weft/protocol";
import {
  addDoubles,
  addIntegers,
  andVectors,
  type Bytes,
  multiplyAddDoubles,
  orVectors,
  shiftLanesRight,
  subtractDoubles,
} from "../wasmBytes.ts";
import { DIGIT_BITS, NEGATIVE_INVERSE } from "./digits.ts";
import { bitsOf, type ConstantTable, type VectorCode } from "./vectorCode.ts";

// Products of digits, summed up exactly. A double has 53 bits, a product 104: a·b + 1.5·2^104 is rounded to a
// multiple of 2^52, which makes its last bits the product's upper half as an integer; what is left of the product when
// that is taken away is the lower half, exactly, since a fused multiplication and addition rounds once. The
// method is Emmart's: "Faster Modular Exponentiation Using Double Precision Floating Point Arithmetic on the GPU".

/** Doubles from 2^52 to 2^53 are integers, and so are their bits, but for a constant. This is the middle. */
const TO_INTEGER = 1.5 * 2 ** 52;
const TO_UPPER_HALF = 1.5 * 2 ** 104;
const INTEGER_EXCESS = bitsOf(TO_INTEGER);
const UPPER_EXCESS = bitsOf(TO_UPPER_HALF);

const BASE = 1n << BigInt(DIGIT_BITS);
/** Makes every sum positive, so that its carry can be shifted out without a sign. */
const CARRY_EXCESS = 1n << 8n;
/** Of a sum before its digit, from -2^51 to 2^51, and its carry are taken. */
const SUM_EXCESS = CARRY_EXCESS * BASE + BASE / 2n;

/** Code that makes an integer of a digit, too great by `DIGIT_EXCESS`. */
export function integerOf(constants: ConstantTable, digit: Bytes): Bytes[] {
  return [digit, constants.double(TO_INTEGER), addDoubles];
}
export const DIGIT_EXCESS: bigint = INTEGER_EXCESS;

/** Code that rounds a·b to an integer, as a double. @param a,b code of doubles whose product is within ±2^51 */
export function roundedProduct(constants: ConstantTable, a: Bytes, b: Bytes): Bytes[] {
  const toInteger = constants.double(TO_INTEGER);
  return [a, b, toInteger, multiplyAddDoubles, toInteger, subtractDoubles];
}

/**
 * Sums of integers, one for each power of the base. Each has an excess, which is known when the code is
 * written, and goes with the one constant that `#take` adds. In absolute value the sums stay below 2^58.
 */
export class Columns {
  readonly #code: VectorCode;
  readonly #toUpper: Bytes;
  readonly #toInteger: Bytes;
  readonly #sums = new Map<number, { value: Bytes; excess: bigint }>();

  constructor(code: VectorCode) {
    this.#code = code;
    this.#toUpper = code.keep(code.constants.double(TO_UPPER_HALF));
    this.#toInteger = code.keep(code.constants.double(TO_INTEGER));
  }

  /** @param value code of integers that are too great by `excess` */
  add(column: number, value: readonly Bytes[], excess: bigint): void {
    const sum = this.#sums.get(column);
    this.#sums.set(column, {
      value: this.#code.keep(...value, ...(sum === undefined ? [] : [sum.value, addIntegers])),
      excess: excess + (sum?.excess ?? 0n),
    });
  }

  /** Adds a product of two digits, within ±2^103. */
  addProduct(column: number, a: Bytes, b: Bytes): void {
    const { upper, lower } = this.#product(a, b);
    this.add(column, [...lower, this.#toInteger, addDoubles], INTEGER_EXCESS);
    this.add(column + 1, [upper], UPPER_EXCESS);
  }

  /** Takes a column away: its lowest digit. The rest goes into the next column. */
  takeDigit(column: number): Bytes {
    const sum = this.#take(column, SUM_EXCESS);
    this.#carry(column, sum);
    return this.#lowestDigit(sum);
  }

  /** Takes a column away with the multiple of the modulus that makes its lowest digit zero. @param modulus digits */
  clearDigit(column: number, modulus: readonly Bytes[]): void {
    const sum = this.#take(column, SUM_EXCESS);
    this.add(column, [sum], SUM_EXCESS);
    const inverse = this.#code.constants.double(Number(NEGATIVE_INVERSE));
    const multiple = this.#code.keep(...this.#product(this.#lowestDigit(sum), inverse).lower);
    modulus.forEach((digit, i) => {
      this.addProduct(column + i, multiple, digit);
    });
    this.#carry(column, this.#take(column, SUM_EXCESS));
  }

  /** Takes a column away, all of it as one digit. Its sum is within ±2^51. */
  takeWhole(column: number): Bytes {
    const sum = this.#take(column, INTEGER_EXCESS);
    return this.#code.keep(sum, this.#toInteger, subtractDoubles);
  }

  /** Takes a column away: its sum. */
  takeInteger(column: number): Bytes {
    return this.#take(column, 0n);
  }

  /** @returns the upper half as an integer, too great by `UPPER_EXCESS`; code of the lower one as a double */
  #product(a: Bytes, b: Bytes): { upper: Bytes; lower: Bytes[] } {
    const toUpper = this.#toUpper;
    const upper = this.#code.keep(a, b, toUpper, multiplyAddDoubles);
    return { upper, lower: [a, b, toUpper, upper, subtractDoubles, multiplyAddDoubles] };
  }

  #take(column: number, excess: bigint): Bytes {
    const sum = this.#sums.get(column);
    assert(sum !== undefined, "a column has something in it");
    this.#sums.delete(column);
    const difference = this.#code.constants.integer(excess - sum.excess);
    return this.#code.keep(sum.value, difference, addIntegers);
  }

  /** @param sum with `SUM_EXCESS` */
  #lowestDigit(sum: Bytes): Bytes {
    const { constants } = this.#code;
    // between 2^52 and 2^53, where the digit is the lowest bits
    const inRange = [sum, constants.integer(BASE - 1n), andVectors, constants.double(2 ** 52)];
    return this.#code.keep(...inRange, orVectors, this.#toInteger, subtractDoubles);
  }

  /** @param sum with `SUM_EXCESS` */
  #carry(column: number, sum: Bytes): void {
    this.add(column + 1, [sum, shiftLanesRight(DIGIT_BITS)], CARRY_EXCESS);
  }
}
