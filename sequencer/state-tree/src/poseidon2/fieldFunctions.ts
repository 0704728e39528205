import { FIELD_MODULUS } from "@weft/protocol";
import { LIMB_BITS, LIMB_MASK, LIMBS, toLimbs, WORD_BYTES } from "./limbs.ts";
import {
  add,
  and,
  type Bytes,
  constant,
  getLocal,
  load,
  loadAnywhere,
  multiply,
  or,
  setLocal,
  shiftLeft,
  shiftRight,
  shiftRightSigned,
  store,
  subtract,
  type WasmFunction,
} from "./wasmBytes.ts";

// Arithmetic on elements in memory (see limbs.ts for what they look like). Parameters are addresses,
// the result's first. "Clean" limbs are below 2^29; what is multiplied has to be clean.

const MODULUS = toLimbs(FIELD_MODULUS);

export const limbIndexes: readonly number[] = Array.from({ length: LIMBS }, (_, i) => i);

export const loadLimb = (parameter: number, limb: number): Bytes => [
  ...getLocal(parameter),
  ...load(limb * WORD_BYTES),
];

/**
 * Stores limbs cleanly.
 * @param column code that leaves the limb's sum on the stack, below 2^63
 * @param carry a local for what goes into the next limb
 */
function storeClean(
  target: number,
  carry: number,
  column: (limb: number) => readonly Bytes[],
): readonly Bytes[] {
  return limbIndexes.flatMap((limb) => {
    const sum = [...column(limb), ...(limb === 0 ? [] : [getLocal(carry), add]), setLocal(carry)];
    const clean = [getLocal(target), getLocal(carry), store(limb * WORD_BYTES)];
    if (limb === LIMBS - 1) return [...sum, ...clean];
    return [
      ...sum,
      ...[getLocal(target), getLocal(carry), constant(LIMB_MASK), and, store(limb * WORD_BYTES)],
      ...[getLocal(carry), shiftRight(LIMB_BITS), setLocal(carry)],
    ];
  });
}

/**
 * One step of Montgomery's reduction: adds the multiple of the modulus that makes the lowest column's
 * limb zero, and what is above that limb to the next column.
 * @param columns locals of the lowest column and the eight above it
 */
function reduceLowest(columns: readonly number[], quotient: number): Bytes[] {
  const [lowest, ...rest] = columns as [number, ...number[]];
  // The modulus is 2^28 + 1 modulo 2^29, and its inverse there, negated, 2^28 - 1: shifts will do.
  const low = [getLocal(quotient), shiftLeft(28), getLocal(quotient), add];
  return [
    ...[getLocal(lowest), shiftLeft(28), getLocal(lowest), subtract],
    ...[constant(LIMB_MASK), and, setLocal(quotient)],
    ...[getLocal(lowest), ...low, add, shiftRight(LIMB_BITS)],
    ...rest.flatMap((column, i) => [
      ...[getLocal(quotient), constant(MODULUS[i + 1] as bigint), multiply],
      ...(i === 0 ? [add] : []),
      ...[getLocal(column), add, setLocal(column)],
    ]),
  ];
}

/** `(result, a, b, c)`: a·b + c. The limbs of c are below 2^40, and need not be clean. */
export function multiplyAdd(): WasmFunction {
  const [result, a, b, c, firstLocal] = [0, 1, 2, 3, 4];
  const aLimb = (i: number) => firstLocal + i;
  const bLimb = (i: number) => firstLocal + LIMBS + i;
  const column = (i: number) => firstLocal + 2 * LIMBS + i;
  const quotient = firstLocal + 4 * LIMBS;
  const code: Bytes[] = limbIndexes.flatMap((i) => [
    ...[loadLimb(a, i), setLocal(aLimb(i))],
    ...[loadLimb(b, i), setLocal(bLimb(i))],
  ]);
  for (const i of limbIndexes) {
    for (const j of limbIndexes) {
      const isFirst = i === 0 || j === LIMBS - 1;
      code.push(getLocal(aLimb(i)), getLocal(bLimb(j)), multiply);
      code.push(...(isFirst ? [] : [getLocal(column(i + j)), add]), setLocal(column(i + j)));
    }
    code.push(
      ...reduceLowest(
        limbIndexes.map((j) => column(i + j)),
        quotient,
      ),
    );
  }
  const sum = (limb: number) => [
    loadLimb(c, limb),
    // the uppermost column only ever gets a carry
    ...(limb === LIMBS - 1 ? [] : [getLocal(column(LIMBS + limb)), add]),
  ];
  code.push(...storeClean(result, quotient, sum));
  return { parameters: 4, locals: 4 * LIMBS + 1, code };
}

/** `(result, a)`: a², which takes two thirds of a multiplication's time. */
export function square(): WasmFunction {
  const [result, a, firstLocal] = [0, 1, 2];
  const aLimb = (i: number) => firstLocal + i;
  const column = (i: number) => firstLocal + LIMBS + i;
  const twice = firstLocal + 3 * LIMBS;
  const code: Bytes[] = limbIndexes.flatMap((i) => [loadLimb(a, i), setLocal(aLimb(i))]);
  const started = new Set<number>();
  const accumulate = (k: number): Bytes[] => {
    const isFirst = !started.has(k);
    started.add(k);
    return [...(isFirst ? [] : [getLocal(column(k)), add]), setLocal(column(k))];
  };
  for (const i of limbIndexes) {
    code.push(getLocal(aLimb(i)), getLocal(aLimb(i)), multiply, ...accumulate(2 * i));
    code.push(getLocal(aLimb(i)), shiftLeft(1), setLocal(twice));
    for (let j = i + 1; j < LIMBS; j++) {
      code.push(getLocal(twice), getLocal(aLimb(j)), multiply, ...accumulate(i + j));
    }
  }
  for (const i of limbIndexes) {
    code.push(
      ...reduceLowest(
        limbIndexes.map((j) => column(i + j)),
        twice,
      ),
    );
  }
  const sum = (limb: number) =>
    limb === LIMBS - 1 ? [constant(0n)] : [getLocal(column(LIMBS + limb))];
  code.push(...storeClean(result, twice, sum));
  return { parameters: 2, locals: 3 * LIMBS + 1, code };
}

/** `(result, a, b)`: a + b, clean, not reduced. */
export function addElements(): WasmFunction {
  const [result, a, b, carry] = [0, 1, 2, 3];
  const sum = (limb: number) => [loadLimb(a, limb), loadLimb(b, limb), add];
  return { parameters: 3, locals: 1, code: storeClean(result, carry, sum) };
}

/** `(result, bytes)`: limbs of 32 bytes, little-endian. Reads 37 bytes. */
export function fromBytes(): WasmFunction {
  const [result, bytes] = [0, 1];
  const lastBits = 256 - LIMB_BITS * (LIMBS - 1);
  const code = limbIndexes.flatMap((limb) => {
    const bit = limb * LIMB_BITS;
    const mask = limb === LIMBS - 1 ? (1n << BigInt(lastBits)) - 1n : LIMB_MASK;
    return [
      ...[getLocal(result), getLocal(bytes), loadAnywhere(Math.floor(bit / 8))],
      ...[shiftRight(bit % 8), constant(mask), and, store(limb * WORD_BYTES)],
    ];
  });
  return { parameters: 2, locals: 0, code };
}

/** `(bytes, a)`: 32 bytes, little-endian, of a clean element below 2p, reduced to below p. */
export function toBytes(): WasmFunction {
  const [bytes, a, firstLocal] = [0, 1, 2];
  const reduced = (i: number) => firstLocal + i;
  const borrow = firstLocal + LIMBS;
  // a - p, limb by limb; the borrow is 0 or -1, and after the last limb it says that a < p
  const code: Bytes[] = limbIndexes.flatMap((i) => [
    ...[loadLimb(a, i), constant(MODULUS[i] as bigint), subtract],
    ...(i === 0 ? [] : [getLocal(borrow), add]),
    ...[setLocal(reduced(i)), getLocal(reduced(i)), shiftRightSigned(LIMB_BITS), setLocal(borrow)],
  ]);
  for (const i of limbIndexes) {
    // with the borrow as a mask: a itself, or a - p
    code.push(loadLimb(a, i), getLocal(borrow), and);
    code.push(getLocal(reduced(i)), constant(LIMB_MASK), and);
    code.push(constant(-1n), getLocal(borrow), subtract, and, or, setLocal(reduced(i)));
  }
  for (let word = 0; word < 4; word++) {
    const parts = limbIndexes.flatMap((i) => {
      const bits = i * LIMB_BITS - word * 64;
      if (bits <= -LIMB_BITS || bits >= 64) return [];
      return [[getLocal(reduced(i)), bits < 0 ? shiftRight(-bits) : shiftLeft(bits)]];
    });
    const joined = parts.flatMap((part, i) => (i === 0 ? part : [...part, or]));
    code.push(getLocal(bytes), ...joined, store(word * WORD_BYTES));
  }
  return { parameters: 2, locals: LIMBS + 1, code };
}
