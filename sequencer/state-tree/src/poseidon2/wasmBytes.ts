// As much of the WebAssembly binary format as straight-line code over 64-bit integers and vectors needs.
// https://webassembly.github.io/spec/core/binary/

/** Bytes of code or of a section. */
export type Bytes = readonly number[];

const TYPE_I32 = 0x7f;
const TYPE_I64 = 0x7e;
const TYPE_V128 = 0x7b;
const TYPE_FUNCTION = 0x60;
const KIND_FUNCTION = 0x00;
const KIND_MEMORY = 0x02;
/** Log2 of the alignment of an access whose address is a multiple of 16, of 8, or of 1. */
const ALIGN_16 = 4;
const ALIGN_8 = 3;
const ALIGN_1 = 0;

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest > 127;
    bytes.push((rest % 128) + (more ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

function signed(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (;;) {
    const byte = Number(rest & 127n);
    rest >>= 7n;
    const isLast = rest === (byte & 64 ? -1n : 0n);
    bytes.push(isLast ? byte : byte | 128);
    if (isLast) return bytes;
  }
}

const vector = (items: readonly Bytes[]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: Bytes): number[] => [...unsigned(bytes.length), ...bytes];
const section = (id: number, content: Bytes): number[] => [id, ...sized(content)];

export const getLocal = (index: number): Bytes => [0x20, ...unsigned(index)];
export const setLocal = (index: number): Bytes => [0x21, ...unsigned(index)];
export const call = (index: number): Bytes => [0x10, ...unsigned(index)];
export const address = (value: number): Bytes => [0x41, ...signed(BigInt(value))];
export const callWith = (index: number, ...addresses: readonly number[]): Bytes[] => [
  ...addresses.map(address),
  call(index),
];
export const constant = (value: bigint): Bytes => [0x42, ...signed(value)];
export const add: Bytes = [0x7c];
export const subtract: Bytes = [0x7d];
export const multiply: Bytes = [0x7e];
export const and: Bytes = [0x83];
export const or: Bytes = [0x84];
export const shiftLeft = (bits: number): Bytes => [...constant(BigInt(bits)), 0x86];
/** Keeps the sign. */
export const shiftRightSigned = (bits: number): Bytes => [...constant(BigInt(bits)), 0x87];
export const shiftRight = (bits: number): Bytes => [...constant(BigInt(bits)), 0x88];
/** Takes an address from the stack. */
export const load = (offset: number): Bytes => [0x29, ALIGN_8, ...unsigned(offset)];
/** The same, from any address. */
export const loadAnywhere = (offset: number): Bytes => [0x29, ALIGN_1, ...unsigned(offset)];
/** Takes an address and a value from the stack. */
export const store = (offset: number): Bytes => [0x37, ALIGN_8, ...unsigned(offset)];

// Vectors of two lanes, 64-bit integers or doubles. Numbers of the proposals: fixed-width SIMD, relaxed SIMD.
const vectorCode = (number: number): number[] => [0xfd, ...unsigned(number)];

/** Takes an address from the stack. */
export const loadVector = (offset: number): Bytes => [
  ...vectorCode(0x00),
  ALIGN_16,
  ...unsigned(offset),
];
/** Takes an address and a vector from the stack. */
export const storeVector = (offset: number): Bytes => [
  ...vectorCode(0x0b),
  ALIGN_16,
  ...unsigned(offset),
];
/** Takes any address and a vector, whose one lane it replaces. */
export const loadLane = (lane: number, offset: number): Bytes => [
  ...vectorCode(0x57),
  ALIGN_1,
  ...unsigned(offset),
  lane,
];
/** Takes any address and a vector, of which it stores one lane. */
export const storeLane = (lane: number, offset: number): Bytes => [
  ...vectorCode(0x5b),
  ALIGN_1,
  ...unsigned(offset),
  lane,
];
export const andVectors: Bytes = vectorCode(0x4e);
export const orVectors: Bytes = vectorCode(0x50);
/** Takes two vectors and a mask: the first one's bits where the mask's are one. */
export const selectBits: Bytes = vectorCode(0x52);
export const shiftLanesLeft = (bits: number): Bytes => [...address(bits), ...vectorCode(0xcb)];
/** Keeps the sign. */
export const shiftLanesRightSigned = (bits: number): Bytes => [
  ...address(bits),
  ...vectorCode(0xcc),
];
export const shiftLanesRight = (bits: number): Bytes => [...address(bits), ...vectorCode(0xcd)];
export const addIntegers: Bytes = vectorCode(0xce);
export const subtractIntegers: Bytes = vectorCode(0xd1);
export const addDoubles: Bytes = vectorCode(0xf0);
export const subtractDoubles: Bytes = vectorCode(0xf1);
/** a·b + c; rounded once or twice, which is for the processor to decide. */
export const multiplyAddDoubles: Bytes = vectorCode(0x107);

/** A function without a result. */
export type WasmFunction = {
  /** Under which it is exported, if at all. */
  readonly name?: string;
  /** How many; all are addresses. They are locals 0, 1, …; the other locals come after them. */
  readonly parameters: number;
  /** How many locals of 64-bit integers. */
  readonly locals: number;
  /** How many locals of vectors, after those. */
  readonly vectors?: number;
  readonly code: readonly Bytes[];
};

/**
 * A module with one memory, exported as `memory`.
 * @param functions each called by its place in the list
 * @param pages the size of the memory, which stays as it is, in units of 64 KiB
 */
export function encodeModule(functions: readonly WasmFunction[], pages: number): Uint8Array {
  const exported = functions.flatMap(({ name }, index) =>
    name === undefined ? [] : [encodeExport(name, KIND_FUNCTION, index)],
  );
  const types = functions.map(({ parameters }) => [
    TYPE_FUNCTION,
    ...vector(Array.from({ length: parameters }, () => [TYPE_I32])),
    ...vector([]),
  ]);
  const bodies = functions.map(({ locals, vectors = 0, code }) => {
    const groups = [
      [...unsigned(locals), TYPE_I64],
      [...unsigned(vectors), TYPE_V128],
    ];
    return sized([...vector(groups.filter(([count]) => count !== 0)), ...code.flat(), 0x0b]);
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(3, vector(functions.map((_, index) => unsigned(index)))),
    ...section(5, vector([[1, ...unsigned(pages), ...unsigned(pages)]])),
    ...section(7, vector([encodeExport("memory", KIND_MEMORY, 0), ...exported])),
    ...section(10, vector(bodies)),
  ]);
}

function encodeExport(name: string, kind: number, index: number): Bytes {
  return [...sized([...new TextEncoder().encode(name)]), kind, ...unsigned(index)];
}
