import { INTERNAL_DIAGONAL, roundConstants, WIDTH } from "../parameters.ts";
import { type Places, permute, ROUNDS, squeeze } from "../permute.ts";
import {
  address,
  call,
  callWith,
  encodeModule,
  getLocal,
  type WasmFunction,
} from "../wasmBytes.ts";
import {
  DIGIT_BYTES,
  ELEMENT_BYTES,
  INTO_MONTGOMERY_DIGITS,
  LANE_BYTES,
  LANES,
  OUT_OF_MONTGOMERY_DIGITS,
  toMontgomeryDigits,
  VECTOR_LANES,
} from "./digits.ts";
import {
  addElements,
  external,
  fromBytes,
  internalSum,
  multiplyAdd,
  sbox,
  toBytes,
  toIntegers,
} from "./elementFunctions.ts";
import { ConstantTable } from "./vectorCode.ts";

const PAGE_BYTES = 65_536;

/** Where the `index`th element of the module's memory is. */
const at = (index: number) => index * ELEMENT_BYTES;
const STATE = [at(0), at(1), at(2), at(3)] as const;
const INTO = at(4);
const OUT = at(5);
const SCRATCH = at(6);
const ONE = at(7);
const DIAGONAL = [at(8), at(9), at(10), at(11)] as const;
// Integers from here on.
const ZERO = at(12);
const SUM = at(13);
const SUM_AND_CONSTANT = at(14);
const CONSTANTS = at(15);
const constantOf = (round: number, element: number) =>
  CONSTANTS + (round * WIDTH + element) * ELEMENT_BYTES;
const TABLE = constantOf(ROUNDS, 0);
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

// Places in the list of functions.
const SBOX = 0;
const MULTIPLY_ADD = 1;
const ADD = 2;
const TO_INTEGERS = 3;
const EXTERNAL = 4;
const INTERNAL_SUM = 5;
const FROM_BYTES = 6;
const TO_BYTES = 7;

/** `(element, bytes)`: adds 32 bytes, little-endian, for each lane, to an element of the state. */
function absorb(): WasmFunction {
  const [element, bytes] = [getLocal(0), getLocal(1)];
  const code = [
    ...[address(SCRATCH), bytes, call(FROM_BYTES)],
    ...[address(SUM), element, call(TO_INTEGERS)],
    ...[element, address(SCRATCH), address(INTO), address(SUM), call(MULTIPLY_ADD)],
  ];
  return { name: "absorb", parameters: 2, locals: 0, code };
}

/** Addresses are of the module's memory. */
export type LanesModule = {
  readonly memory: WebAssembly.Memory;
  /** Of the state's elements. */
  readonly state: readonly number[];
  /** From here on the memory is for inputs and outputs. */
  readonly freeAddress: number;
  readonly permute: () => void;
  readonly absorb: (element: number, bytes: number) => void;
  readonly squeeze: (bytes: number) => void;
};

/**
 * Compiles the module, some 40 KB, and fills in its constants. Takes some 50 ms.
 * @param freeBytes of memory after its own
 * @throws WebAssembly.CompileError where there is no relaxed SIMD
 */
export function instantiateLanes(freeBytes: number): LanesModule {
  const table = new ConstantTable(TABLE);
  const state = STATE.map(address);
  const functions = [
    ...[sbox(table), multiplyAdd(table), addElements(table), toIntegers(table)],
    ...[external(table, state), internalSum(table, state), fromBytes(table), toBytes(table)],
    permute(PLACES, {
      sbox: (element) => callWith(SBOX, element),
      external: EXTERNAL,
      internalSum: (constant) => callWith(INTERNAL_SUM, SUM, SUM_AND_CONSTANT, constant),
      multiplyAdd: MULTIPLY_ADD,
      add: ADD,
    }),
    ...[absorb(), squeeze(PLACES, MULTIPLY_ADD, TO_BYTES)],
  ];
  const freeAddress = table.end;
  const pages = Math.ceil((freeAddress + freeBytes) / PAGE_BYTES);
  const compiled = new WebAssembly.Module(encodeModule(functions, pages) as BufferSource);
  const exports = new WebAssembly.Instance(compiled).exports as Omit<
    LanesModule,
    "state" | "freeAddress"
  >;
  const integers = new BigInt64Array(exports.memory.buffer);
  const doubles = new Float64Array(exports.memory.buffer);
  const put = (target: number, lanes: number, value: bigint) =>
    integers.fill(value, target / LANE_BYTES, target / LANE_BYTES + lanes);
  for (const [target, bits] of table.entries) put(target, VECTOR_LANES, bits);
  roundConstants().forEach((row, round) => {
    row.forEach((value, i) => {
      toMontgomeryDigits(value).forEach((digit, j) => {
        put(constantOf(round, i) + j * DIGIT_BYTES, LANES, digit);
      });
    });
  });
  const putElement = (target: number, digits: readonly bigint[]) => {
    putDigits(doubles, target, digits);
  };
  putElement(INTO, INTO_MONTGOMERY_DIGITS);
  putElement(OUT, OUT_OF_MONTGOMERY_DIGITS);
  putElement(ONE, toMontgomeryDigits(1n));
  INTERNAL_DIAGONAL.forEach((value, i) => {
    putElement(DIAGONAL[i] as number, toMontgomeryDigits(value));
  });
  return { ...exports, state: STATE, freeAddress };
}

/** Writes an element's digits, the same in every lane. @param target its address */
export function putDigits(doubles: Float64Array, target: number, digits: readonly bigint[]): void {
  digits.forEach((digit, i) => {
    const first = (target + i * DIGIT_BYTES) / LANE_BYTES;
    doubles.fill(Number(digit), first, first + LANES);
  });
}
