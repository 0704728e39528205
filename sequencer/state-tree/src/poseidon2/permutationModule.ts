import { FIELD_MODULUS } from "@weft/protocol";
import {
  addElements,
  fromBytes,
  limbIndexes,
  loadLimb,
  multiplyAdd,
  square,
  toBytes,
} from "./fieldFunctions.ts";
import {
  ELEMENT_BYTES,
  INTO_MONTGOMERY,
  LIMB_BITS,
  LIMB_MASK,
  LIMBS,
  OUT_OF_MONTGOMERY,
  toLimbs,
  toMontgomery,
  WORD_BYTES,
} from "./limbs.ts";
import { INTERNAL_DIAGONAL, roundConstants, WIDTH } from "./parameters.ts";
import { type Places, permute, ROUNDS, squeeze } from "./permute.ts";
import {
  add,
  address,
  and,
  type Bytes,
  call,
  callWith,
  constant,
  encodeModule,
  getLocal,
  load,
  multiply,
  setLocal,
  shiftLeft,
  shiftRight,
  store,
  type WasmFunction,
} from "./wasmBytes.ts";

/** Where the `index`th element of the module's memory is. */
const at = (index: number) => index * ELEMENT_BYTES;
const STATE = [at(0), at(1), at(2), at(3)] as const;
const ZERO = at(4);
const ONE = at(5);
const INTO = at(6);
const OUT = at(7);
const SCRATCH = at(8);
const SUM = at(9);
const SUM_AND_CONSTANT = at(10);
const DIAGONAL = [at(11), at(12), at(13), at(14)] as const;
const CONSTANTS = at(15);
const constantOf = (round: number, element: number) =>
  CONSTANTS + (round * WIDTH + element) * ELEMENT_BYTES;

const PLACES: Places = {
  state: STATE,
  scratch: SCRATCH,
  zero: ZERO,
  one: ONE,
  out: OUT,
  diagonal: DIAGONAL,
  sum: SUM,
  sumAndConstant: SUM_AND_CONSTANT,
  constantOf,
};

/** From here on the memory is for inputs and outputs. */
export const FREE_ADDRESS = Math.ceil(constantOf(ROUNDS, 0) / 64) * 64;
export const MEMORY_PAGES = 4;
export const STATE_ADDRESSES = STATE;

// Places in the list of functions.
const MULTIPLY_ADD = 0;
const SQUARE = 1;
const ADD = 2;
const FROM_BYTES = 3;
const TO_BYTES = 4;
const EXTERNAL = 5;
const INTERNAL_SUM = 6;

const loadFrom = (element: number, limb: number): Bytes => [
  ...address(element),
  ...load(limb * WORD_BYTES),
];

/** x⁵ in place. */
const sbox = (element: number): Bytes[] => [
  ...callWith(SQUARE, SCRATCH, element),
  ...callWith(SQUARE, SCRATCH, SCRATCH),
  ...callWith(MULTIPLY_ADD, element, SCRATCH, element, ZERO),
];

/**
 * `(c0, c1, c2, c3)`: multiplies the state by the external matrix, and adds these four constants.
 * The matrix is [5 7 1 3; 4 6 1 1; 1 3 5 7; 1 1 4 6]: elements grow 16-fold at most.
 */
function external(): WasmFunction {
  const firstLocal = WIDTH;
  const [x0, x1, x2, x3, carry0] = [0, 1, 2, 3, 4].map((i) => firstLocal + i) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const combine = (target: number, a: number, b: number, bShift: number): Bytes[] => [
    ...[getLocal(a), getLocal(b), ...(bShift === 0 ? [] : [shiftLeft(bShift)]), add],
    setLocal(target),
  ];
  const [t0, t1] = [carry0 + WIDTH, carry0 + WIDTH + 1];
  const code = limbIndexes.flatMap((limb) => [
    ...STATE.flatMap((element, i) => [loadFrom(element, limb), setLocal(firstLocal + i)]),
    ...combine(t0, x0, x1, 0),
    ...combine(t1, x2, x3, 0),
    ...combine(x1, t1, x1, 1), // t2 = 2·x1 + t1
    ...combine(x3, t0, x3, 1), // t3 = 2·x3 + t0
    ...combine(t1, x3, t1, 2), // t4 = 4·t1 + t3
    ...combine(t0, x1, t0, 2), // t5 = 4·t0 + t2
    ...combine(x0, x3, t0, 0), // t6 = t3 + t5
    ...combine(x2, x1, t1, 0), // t7 = t2 + t4
    ...[x0, t0, x2, t1].flatMap((value, i) => storeColumn(i, limb, value, carry0 + i)),
  ]);
  return { parameters: WIDTH, locals: 2 * WIDTH + 2, code };
}

/** One limb of an element of the state: `value`, its round constant and the carry. */
function storeColumn(element: number, limb: number, value: number, carry: number): Bytes[] {
  const sum = [getLocal(value), loadLimb(element, limb), add, getLocal(carry), add];
  const target = address(STATE[element] as number);
  const isLast = limb === LIMBS - 1;
  return [
    ...[...sum, setLocal(carry), target, getLocal(carry)],
    ...[...(isLast ? [] : [constant(LIMB_MASK), and]), store(limb * WORD_BYTES)],
    // the carries start at zero, as all locals do
    ...(isLast ? [] : [getLocal(carry), shiftRight(LIMB_BITS), setLocal(carry)]),
  ];
}

/**
 * `(constant)`: the state's sum, as what the internal matrix adds to every element. Without a
 * reduction the elements would double in every round; here the bits from 2^254 on are folded back, which keeps
 * them below 11·p.
 */
function internalSum(): WasmFunction {
  const firstLocal = 1;
  const limbOf = (i: number) => firstLocal + i;
  const carry = firstLocal + LIMBS;
  const foldBit = 254 - LIMB_BITS * (LIMBS - 1);
  const fold = toLimbs((1n << 254n) % FIELD_MODULUS);
  const sums = limbIndexes.flatMap((limb) => [
    ...STATE.flatMap((element, i) => [loadFrom(element, limb), ...(i === 0 ? [] : [add])]),
    ...(limb === 0 ? [] : [getLocal(carry), add]),
    setLocal(limbOf(limb)),
    ...[getLocal(limbOf(limb)), shiftRight(limb === LIMBS - 1 ? foldBit : LIMB_BITS)],
    setLocal(carry),
    ...[
      getLocal(limbOf(limb)),
      constant(limb === LIMBS - 1 ? (1n << BigInt(foldBit)) - 1n : LIMB_MASK),
    ],
    ...[and, setLocal(limbOf(limb))],
  ]);
  // What is above 2^254 is now in `carry`. The sums stay below 2^37: addends needn't be clean.
  const folded = limbIndexes.flatMap((limb) => [
    ...[getLocal(limbOf(limb)), getLocal(carry), constant(fold[limb] as bigint), multiply, add],
    setLocal(limbOf(limb)),
    ...[address(SUM), getLocal(limbOf(limb)), store(limb * WORD_BYTES)],
    ...[address(SUM_AND_CONSTANT), getLocal(limbOf(limb)), loadLimb(0, limb), add],
    store(limb * WORD_BYTES),
  ]);
  return { parameters: 1, locals: LIMBS + 1, code: [...sums, ...folded] };
}

/** `(element, bytes)`: adds 32 bytes, little-endian, to an element of the state. */
function absorb(): WasmFunction {
  const [element, bytes] = [0, 1];
  const code = [
    ...[address(SCRATCH), getLocal(bytes), call(FROM_BYTES)],
    ...[getLocal(element), address(SCRATCH), address(INTO), getLocal(element), call(MULTIPLY_ADD)],
  ];
  return { name: "absorb", parameters: 2, locals: 0, code };
}

/** The module's exports. Addresses are of its memory. */
export type PermutationModule = {
  readonly memory: WebAssembly.Memory;
  readonly permute: () => void;
  readonly absorb: (element: number, bytes: number) => void;
  readonly squeeze: (bytes: number) => void;
};

/** Compiles the module, some 10 KB, and fills in its constants. Takes a few milliseconds. */
export function instantiatePermutation(): PermutationModule {
  const functions = [
    ...[multiplyAdd(), square(), addElements(), fromBytes(), toBytes(), external(), internalSum()],
    permute(PLACES, {
      sbox,
      external: EXTERNAL,
      internalSum: (constant) => callWith(INTERNAL_SUM, constant),
      multiplyAdd: MULTIPLY_ADD,
      add: ADD,
    }),
    ...[absorb(), squeeze(PLACES, MULTIPLY_ADD, TO_BYTES)],
  ];
  const module = new WebAssembly.Module(encodeModule(functions, MEMORY_PAGES) as BufferSource);
  const exports = new WebAssembly.Instance(module).exports as PermutationModule;
  const words = new BigUint64Array(exports.memory.buffer);
  const put = (target: number, limbs: readonly bigint[]) => words.set(limbs, target / WORD_BYTES);
  put(ONE, toMontgomery(1n));
  put(INTO, INTO_MONTGOMERY);
  put(OUT, OUT_OF_MONTGOMERY);
  INTERNAL_DIAGONAL.forEach((value, i) => {
    put(DIAGONAL[i] as number, toMontgomery(value));
  });
  roundConstants().forEach((row, round) => {
    row.forEach((value, i) => {
      put(constantOf(round, i), toMontgomery(value));
    });
  });
  return exports;
}
