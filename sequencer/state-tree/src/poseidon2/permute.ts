import { FULL_ROUNDS, isPartial, PARTIAL_ROUNDS } from "./parameters.ts";
import { type Bytes, callWith, getLocal, type WasmFunction } from "./wasmBytes.ts";

// The rounds, for every module: what an element looks like in its memory is the module's own.

export const ROUNDS = FULL_ROUNDS + PARTIAL_ROUNDS;

/** Addresses of elements in a module's memory. */
export type Places = {
  readonly state: readonly [number, number, number, number];
  readonly scratch: number;
  readonly zero: number;
  readonly one: number;
  /** What a product with it brings out of Montgomery's form. */
  readonly out: number;
  readonly diagonal: readonly [number, number, number, number];
  /** What the internal matrix adds to every element of the state. */
  readonly sum: number;
  /** The same and the next round's constant, for the first element. */
  readonly sumAndConstant: number;
  constantOf(round: number, element: number): number;
};

/** What a module's functions do with elements, as calls of them or as code; by their index otherwise. */
export type RoundFunctions = {
  /** x⁵ in place. */
  sbox(element: number): readonly Bytes[];
  /** `(c0, c1, c2, c3)`: multiplies the state by the external matrix, and adds these four constants. */
  readonly external: number;
  /** Fills in `sum` and, with this constant, `sumAndConstant`. */
  internalSum(constant: number): readonly Bytes[];
  /** `(target, a, b, c)`: a·b + c. */
  readonly multiplyAdd: number;
  /** `(target, a, b)` */
  readonly add: number;
};

/** `()`: Poseidon2's permutation of the state. It ends below what the next one's first matrix takes. */
export function permute(places: Places, functions: RoundFunctions): WasmFunction {
  const { state, zero, one, diagonal, sum, sumAndConstant, constantOf } = places;
  const { sbox, internalSum } = functions;
  const external = (round: number) =>
    callWith(
      functions.external,
      ...state.map((_, i) => (round < ROUNDS ? constantOf(round, i) : zero)),
    );
  const multiplyAdd = (target: number, factor: number, addend: number) =>
    callWith(functions.multiplyAdd, target, target, factor, addend);
  const code: Bytes[] = external(0);
  for (let round = 0; round < ROUNDS; round++) {
    if (!isPartial(round)) {
      code.push(...state.flatMap(sbox), ...external(round + 1));
      continue;
    }
    code.push(...sbox(state[0]), ...internalSum(constantOf(round + 1, 0)));
    state.forEach((element, i) => {
      code.push(...multiplyAdd(element, diagonal[i] as number, i === 0 ? sumAndConstant : sum));
    });
    if (isPartial(round + 1)) continue;
    for (const i of [1, 2, 3] as const) {
      code.push(...callWith(functions.add, state[i], state[i], constantOf(round + 1, i)));
    }
  }
  code.push(...state.flatMap((element) => multiplyAdd(element, one, zero)));
  return { name: "permute", parameters: 0, locals: 0, code };
}

/**
 * `(bytes)`: writes the state's first element as bytes.
 * @param toBytes index of the function `(bytes, element)`
 */
export function squeeze(places: Places, multiplyAdd: number, toBytes: number): WasmFunction {
  const { state, scratch, out, zero } = places;
  const code = [
    ...callWith(multiplyAdd, scratch, state[0], out, zero),
    ...[getLocal(0), ...callWith(toBytes, scratch)],
  ];
  return { name: "squeeze", parameters: 1, locals: 0, code };
}
