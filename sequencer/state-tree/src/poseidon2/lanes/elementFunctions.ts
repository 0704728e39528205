import { FIELD_MODULUS } from "@weft/protocol";
import {
  addDoubles,
  addIntegers,
  andVectors,
  type Bytes,
  getLocal,
  loadLane,
  loadVector,
  orVectors,
  selectBits,
  shiftLanesLeft,
  shiftLanesRight,
  shiftLanesRightSigned,
  storeLane,
  storeVector,
  subtractDoubles,
  subtractIntegers,
  type WasmFunction,
} from "../wasmBytes.ts";
import { Columns, DIGIT_EXCESS, integerOf, roundedProduct } from "./columns.ts";
import {
  DIGIT_BITS,
  DIGIT_BYTES,
  DIGITS,
  FRIENDLY_MULTIPLE,
  FRIENDLY_STEPS,
  LANE_BYTES,
  MODULUS_DIGITS,
  VECTOR_BYTES,
  VECTOR_LANES,
} from "./digits.ts";
import { type ConstantTable, type VectorCode, weave } from "./vectorCode.ts";

// Functions on elements in memory; digits.ts says what they look like. Parameters are addresses, the result's first.
// What is added is "integers": digits that are 64-bit integers instead of doubles, and have more than 52 bits if need be.

const digitIndexes: readonly number[] = Array.from({ length: DIGITS }, (_, i) => i);
const FIELD_BYTES = 32;
const DIGIT_MASK = (1n << BigInt(DIGIT_BITS)) - 1n;

const laneOffset = ({ strand }: VectorCode, lane: number) =>
  (strand * VECTOR_LANES + lane) * FIELD_BYTES;
const offsetOf = ({ strand }: VectorCode, digit: number) =>
  digit * DIGIT_BYTES + strand * VECTOR_BYTES;
const loadDigit = (code: VectorCode, element: Bytes, digit: number): Bytes => [
  ...element,
  ...loadVector(offsetOf(code, digit)),
];
function storeDigit(code: VectorCode, element: Bytes, digit: number, ...value: Bytes[]): void {
  code.push(element, ...value, storeVector(offsetOf(code, digit)));
}

function loadElement(code: VectorCode, element: Bytes): Bytes[] {
  return digitIndexes.map((i) => code.keep(loadDigit(code, element, i)));
}
function storeElement(code: VectorCode, element: Bytes, digits: readonly Bytes[]): void {
  digits.forEach((digit, i) => {
    storeDigit(code, element, i, digit);
  });
}

function addMultiplication(columns: Columns, a: readonly Bytes[], b: readonly Bytes[]): void {
  for (const i of digitIndexes) {
    for (const j of digitIndexes) columns.addProduct(i + j, a[i] as Bytes, b[j] as Bytes);
  }
}

/** Fifteen products instead of twenty-five. */
function addSquare(code: VectorCode, columns: Columns, a: readonly Bytes[]): void {
  for (const i of digitIndexes) {
    const digit = a[i] as Bytes;
    columns.addProduct(2 * i, digit, digit);
    if (i === DIGITS - 1) break;
    const twice = code.keep(digit, digit, addDoubles);
    for (let j = i + 1; j < DIGITS; j++) columns.addProduct(i + j, twice, a[j] as Bytes);
  }
}

/** Montgomery's reduction: takes away the lower half of the columns. @returns what is in the upper one, as digits */
function reduce(code: VectorCode, columns: Columns): Bytes[] {
  const doubles = (digits: readonly bigint[]) =>
    digits.map((digit) => code.constants.double(Number(digit)));
  for (let i = 0; i < FRIENDLY_STEPS; i++) {
    const digit = columns.takeDigit(i);
    doubles(FRIENDLY_MULTIPLE).forEach((limb, j) => {
      columns.addProduct(i + 1 + j, digit, limb);
    });
  }
  // The greater multiple would leave too great a result here.
  columns.clearDigit(FRIENDLY_STEPS, doubles(MODULUS_DIGITS));
  return takeElement(columns, DIGITS);
}

function takeElement(columns: Columns, first: number): Bytes[] {
  return digitIndexes.map((i) =>
    i === DIGITS - 1 ? columns.takeWhole(first + i) : columns.takeDigit(first + i),
  );
}

function square(code: VectorCode, a: readonly Bytes[]): Bytes[] {
  const columns = new Columns(code);
  addSquare(code, columns, a);
  return reduce(code, columns);
}

/** `(element)`: x⁵ in place. */
export function sbox(constants: ConstantTable): WasmFunction {
  return weave(1, constants, (code) => {
    const element = getLocal(0);
    const x = loadElement(code, element);
    const x4 = square(code, square(code, x));
    const columns = new Columns(code);
    addMultiplication(columns, x4, x);
    storeElement(code, element, reduce(code, columns));
  });
}

/** `(result, a, b, c)`: a·b + c, where c is integers. */
export function multiplyAdd(constants: ConstantTable): WasmFunction {
  return weave(4, constants, (code) => {
    const [result, a, b, c] = [0, 1, 2, 3].map(getLocal) as [Bytes, Bytes, Bytes, Bytes];
    const columns = new Columns(code);
    addMultiplication(columns, loadElement(code, a), loadElement(code, b));
    for (const i of digitIndexes) columns.add(DIGITS + i, [loadDigit(code, c, i)], 0n);
    storeElement(code, result, reduce(code, columns));
  });
}

/** `(result, a, c)`: a + c, where c is integers. */
export function addElements(constants: ConstantTable): WasmFunction {
  return weave(3, constants, (code) => {
    const [result, a, c] = [0, 1, 2].map(getLocal) as [Bytes, Bytes, Bytes];
    const columns = new Columns(code);
    for (const i of digitIndexes) {
      columns.add(i, integerOf(constants, loadDigit(code, a, i)), DIGIT_EXCESS);
      columns.add(i, [loadDigit(code, c, i)], 0n);
    }
    storeElement(code, result, takeElement(columns, 0));
  });
}

/** `(result, a)`: integers of an element. */
export function toIntegers(constants: ConstantTable): WasmFunction {
  return weave(2, constants, (code) => {
    for (const i of digitIndexes) {
      const integer = integerOf(constants, loadDigit(code, getLocal(1), i));
      const exact = [...integer, constants.integer(-DIGIT_EXCESS), addIntegers];
      storeDigit(code, getLocal(0), i, ...exact);
    }
  });
}

/**
 * `(c0, c1, c2, c3)`: multiplies the state by the external matrix, and adds four constants, which are integers.
 * The matrix is [5 7 1 3; 4 6 1 1; 1 3 5 7; 1 1 4 6]: elements grow 16-fold at most.
 * @param state addresses of its elements
 */
export function external(constants: ConstantTable, state: readonly Bytes[]): WasmFunction {
  return weave(state.length, constants, (code) => {
    const results = state.map(() => new Columns(code));
    const plus = (a: Bytes, aShift: number, b: Bytes) =>
      code.keep(a, ...(aShift === 0 ? [] : [shiftLanesLeft(aShift)]), b, addIntegers);
    for (const i of digitIndexes) {
      const [x0, x1, x2, x3] = state.map((element) =>
        code.keep(...integerOf(constants, loadDigit(code, element, i))),
      ) as [Bytes, Bytes, Bytes, Bytes];
      const t0 = plus(x0, 0, x1);
      const t1 = plus(x2, 0, x3);
      const t2 = plus(x1, 1, t1);
      const t3 = plus(x3, 1, t0);
      const t4 = plus(t1, 2, t3);
      const t5 = plus(t0, 2, t2);
      const [t6, t7] = [plus(t3, 0, t5), plus(t2, 0, t4)];
      [t6, t5, t7, t4].forEach((sum, row) => {
        const rowSum = row % 2 === 0 ? 16n : 12n;
        results[row]?.add(i, [sum], rowSum * DIGIT_EXCESS);
        results[row]?.add(i, [loadDigit(code, getLocal(row), i)], 0n);
      });
    }
    results.forEach((columns, row) => {
      storeElement(code, state[row] as Bytes, takeElement(columns, 0));
    });
  });
}

/**
 * `(sum, sumAndConstant, constant)`, all integers: the state's sum, as what the internal matrix adds to every element.
 * Without a reduction the elements would grow in every round; here the nearest multiple of the modulus is taken
 * away, which the topmost digits tell.
 */
export function internalSum(constants: ConstantTable, state: readonly Bytes[]): WasmFunction {
  return weave(3, constants, (code) => {
    const columns = new Columns(code);
    for (const i of digitIndexes) {
      for (const element of state) {
        columns.add(i, integerOf(constants, loadDigit(code, element, i)), DIGIT_EXCESS);
      }
    }
    const top = state.map((element, i) => [
      ...loadDigit(code, element, DIGITS - 1),
      ...(i === 0 ? [] : addDoubles),
    ]);
    const perUnit = -Number(1n << BigInt(DIGIT_BITS * (DIGITS - 1))) / Number(FIELD_MODULUS);
    const multiple = code.keep(...roundedProduct(constants, top.flat(), constants.double(perUnit)));
    MODULUS_DIGITS.forEach((digit, i) => {
      columns.addProduct(i, multiple, constants.double(Number(digit)));
    });
    for (const i of digitIndexes) {
      const sum = columns.takeInteger(i);
      storeDigit(code, getLocal(0), i, sum);
      const next = [sum, loadDigit(code, getLocal(2), i), addIntegers];
      storeDigit(code, getLocal(1), i, ...next);
    }
  });
}

/** `(result, bytes)`: digits, not balanced, of 32 bytes, little-endian, for each lane, one lane after the other. */
export function fromBytes(constants: ConstantTable): WasmFunction {
  return weave(2, constants, (code) => {
    const integer = constants.double(2 ** 52);
    for (const i of digitIndexes) {
      // the last digit is the upper end of the last word; each other one lies within eight bytes
      const bit = i * DIGIT_BITS;
      const byte = i === DIGITS - 1 ? FIELD_BYTES - LANE_BYTES : Math.floor(bit / 8);
      let words = constants.integer(0n);
      for (let lane = 0; lane < VECTOR_LANES; lane++) {
        words = [...getLocal(1), ...words, ...loadLane(lane, byte + laneOffset(code, lane))];
      }
      const shifted = [words, shiftLanesRight(bit - 8 * byte), constants.integer(DIGIT_MASK)];
      const digit = [...shifted, andVectors, integer, orVectors, integer, subtractDoubles];
      storeDigit(code, getLocal(0), i, ...digit);
    }
  });
}

/** `(bytes, a)`: as `fromBytes` takes them, of an element within ±p, from 0 to p - 1. */
export function toBytes(constants: ConstantTable): WasmFunction {
  return weave(2, constants, (code) => {
    const modulus = digitIndexes.map((i) => (FIELD_MODULUS >> BigInt(i * DIGIT_BITS)) & DIGIT_MASK);
    const mask = constants.integer(DIGIT_MASK);
    let carry = constants.integer(0n);
    let borrow = constants.integer(0n);
    const sums: Bytes[] = [];
    const differences: Bytes[] = [];
    for (const i of digitIndexes) {
      // a + p, and that minus p again: one of the two is from 0 to p - 1
      const digit = modulus[i] as bigint;
      const integer = integerOf(constants, loadDigit(code, getLocal(1), i));
      const plus = [constants.integer(digit - DIGIT_EXCESS), addIntegers, carry, addIntegers];
      const sum = code.keep(...integer, ...plus);
      carry = code.keep(sum, shiftLanesRightSigned(DIGIT_BITS));
      const clean = code.keep(sum, mask, andVectors);
      const minus = [constants.integer(digit), subtractIntegers, borrow, addIntegers];
      const difference = code.keep(clean, ...minus);
      borrow = code.keep(difference, shiftLanesRightSigned(DIGIT_BITS));
      sums.push(clean);
      differences.push(code.keep(difference, mask, andVectors));
    }
    const digits = sums.map((sum, i) =>
      code.keep(sum, differences[i] as Bytes, borrow, selectBits),
    );
    for (let word = 0; word < 4; word++) {
      const value = code.keep(...wordOf(digits, word));
      for (let lane = 0; lane < VECTOR_LANES; lane++) {
        const offset = word * LANE_BYTES + laneOffset(code, lane);
        code.push(getLocal(0), value, storeLane(lane, offset));
      }
    }
  });
}

/** The bits of a 64-bit word of a number whose digits are integers below the base. */
function wordOf(digits: readonly Bytes[], word: number): Bytes[] {
  const parts = digits.flatMap((digit, i) => {
    const bits = i * DIGIT_BITS - word * 64;
    if (bits <= -DIGIT_BITS || bits >= 64) return [];
    return [[digit, bits < 0 ? shiftLanesRight(-bits) : shiftLanesLeft(bits)]];
  });
  return parts.flatMap((part, i) => (i === 0 ? part : [...part, orVectors]));
}
