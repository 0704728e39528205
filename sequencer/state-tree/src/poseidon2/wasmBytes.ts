// As much of the WebAssembly binary format as straight-line code over 64-bit integers needs.
// https://webassembly.github.io/spec/core/binary/

/** Bytes of code or of a section. */
export type Bytes = readonly number[];

const TYPE_I32 = 0x7f;
const TYPE_I64 = 0x7e;
const TYPE_FUNCTION = 0x60;
const KIND_FUNCTION = 0x00;
const KIND_MEMORY = 0x02;
/** Log2 of the alignment of a 64-bit access whose address is a multiple of 8, or of 1. */
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

/** A function without a result. */
export type WasmFunction = {
  /** Under which it is exported, if at all. */
  readonly name?: string;
  /** How many; all are addresses. They are locals 0, 1, …; the 64-bit locals come after them. */
  readonly parameters: number;
  /** How many 64-bit locals. */
  readonly locals: number;
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
  const bodies = functions.map(({ locals, code }) =>
    sized([...vector([[...unsigned(locals), TYPE_I64]]), ...code.flat(), 0x0b]),
  );
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
