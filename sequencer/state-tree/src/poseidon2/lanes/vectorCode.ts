import {
  address,
  type Bytes,
  getLocal,
  loadVector,
  setLocal,
  type WasmFunction,
} from "../wasmBytes.ts";
import { STRANDS, VECTOR_BYTES } from "./digits.ts";

/** Statements of one strand before the other's turn. Measured: from 5 to all of them it is the fastest, by a tenth. */
const STATEMENTS_IN_TURN = 40;

/** A double's bits. */
export function bitsOf(value: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
}

/** Vectors in memory, the same in both lanes, from `start` on. */
export class ConstantTable {
  readonly #start: number;
  readonly #addresses = new Map<bigint, number>();

  constructor(start: number) {
    this.#start = start;
  }

  /** By address. */
  get entries(): readonly (readonly [address: number, bits: bigint])[] {
    return [...this.#addresses].map(([bits, at]) => [at, bits]);
  }

  get end(): number {
    return this.#start + this.#addresses.size * VECTOR_BYTES;
  }

  /** Code that loads it. @param value modulo 2^64 */
  integer(value: bigint): Bytes {
    const bits = BigInt.asUintN(64, value);
    const known = this.#addresses.get(bits) ?? this.end;
    this.#addresses.set(bits, known);
    return [...address(0), ...loadVector(known)];
  }

  double(value: number): Bytes {
    return this.integer(bitsOf(value));
  }
}

/** The code of one strand of a function, while it is written. */
export class VectorCode {
  readonly strand: number;
  readonly constants: ConstantTable;
  readonly statements: Bytes[][] = [];
  #nextLocal: number;

  constructor(strand: number, firstLocal: number, constants: ConstantTable) {
    this.strand = strand;
    this.#nextLocal = firstLocal;
    this.constants = constants;
  }

  get nextLocal(): number {
    return this.#nextLocal;
  }

  /** Adds a statement, which leaves nothing on the stack. */
  push(...statement: readonly Bytes[]): void {
    this.statements.push([...statement]);
  }

  /** Puts a vector into a new local. @returns code that gets it */
  keep(...value: readonly Bytes[]): Bytes {
    const local = this.#nextLocal++;
    this.push(...value, setLocal(local));
    return getLocal(local);
  }
}

/**
 * A function that does the same for each strand. A multiplication is one long chain, in which the processor would mostly
 * wait; with the strands' statements in turns it has another chain to go on with.
 */
export function weave(
  parameters: number,
  constants: ConstantTable,
  write: (code: VectorCode) => void,
): WasmFunction {
  let nextLocal = parameters;
  const strands = Array.from({ length: STRANDS }, (_, strand) => {
    const code = new VectorCode(strand, nextLocal, constants);
    write(code);
    nextLocal = code.nextLocal;
    return code.statements;
  });
  const code: Bytes[] = [];
  const longest = Math.max(...strands.map(({ length }) => length));
  for (let from = 0; from < longest; from += STATEMENTS_IN_TURN) {
    for (const statements of strands) {
      code.push(...statements.slice(from, from + STATEMENTS_IN_TURN).flat());
    }
  }
  return { parameters, locals: 0, vectors: nextLocal - parameters, code };
}
