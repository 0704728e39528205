import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FIELD_MODULUS } from "@weft/protocol";
import type { SnarkjsInputs, SnarkjsMemory } from "snarkjs";
import * as snarkjs from "snarkjs";
import { compileCircuit } from "../setup/compileCircuit.ts";
import { type R1cs, readR1cs, type Sum } from "../setup/readR1cs.ts";

// Circuits as they are and with one thing changed, their constraints one by one, and witnesses that our own witness
// generator would never make: a prover isn't bound to ours.

/** A circuit that can be asked for witnesses and whether they hold. */
export type LabCircuit = R1cs & {
  /** The wires by the names of their signals; -1 where a simplification took the signal away. */
  readonly wires: ReadonlyMap<string, number>;
  /** What circom warns of. */
  readonly warnings: string;
  /** Runs the witness generator, which throws when an assertion of the source doesn't hold. */
  calculate(inputs: SnarkjsInputs): Promise<bigint[]>;
};

/** A change of the source, in the one place that has `find`. */
export type Mutation = { readonly file: string; readonly find: string; readonly replace: string };

const SOURCES = join(import.meta.dirname, "..");

/** A folder of its own for what is compiled. */
export class CircuitLab {
  readonly #folder = mkdtempSync(join(tmpdir(), "weft-circuits-"));
  #count = 0;

  /**
   * Compiles a file of this workspace, or a source that may include files of `ownership` and `poseidon2`.
   * @param level of circom's simplification: at 0 every constraint of the source is a constraint
   */
  async compile(
    circuit: { readonly file: string } | { readonly source: string },
    level: 0 | 1 = 0,
    mutation?: Mutation,
  ): Promise<LabCircuit> {
    const folder = join(this.#folder, `${this.#count++}`);
    for (const name of ["ownership", "poseidon2"]) {
      cpSync(join(SOURCES, name), join(folder, name), { recursive: true });
    }
    if (mutation !== undefined) mutate(folder, mutation);
    const path = join(folder, "file" in circuit ? circuit.file : "main.circom");
    if ("source" in circuit) writeFileSync(path, circuit.source);
    const compiled = await compileCircuit(path, folder, level);
    const wasm = new Uint8Array(readFileSync(compiled.wasm));
    return {
      ...readR1cs(compiled.r1cs),
      wires: readWires(compiled.sym),
      warnings: compiled.warnings,
      async calculate(inputs) {
        const witness: SnarkjsMemory = { type: "mem" };
        await snarkjs.wtns.calculate(inputs, wasm, witness);
        return snarkjs.wtns.exportJson(witness);
      },
    };
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function mutate(folder: string, { file, find, replace }: Mutation): void {
  const path = join(folder, file);
  const parts = readFileSync(path, "utf8").split(find);
  if (parts.length !== 2) throw new Error(`${parts.length - 1} places, not one, have: ${find}`);
  writeFileSync(path, parts.join(replace));
}

/**
 * circom names a component without a name after its template and its place in the source. The place changes
 * with the source, so here it is the template's name and a number, in their order.
 */
function readWires(sym: string): Map<string, number> {
  const numbered = new Map<string, string>();
  const counts = new Map<string, number>();
  const rename = (anonymous: string, template: string) => {
    const known = numbered.get(anonymous);
    if (known !== undefined) return known;
    const count = counts.get(template) ?? 0;
    counts.set(template, count + 1);
    numbered.set(anonymous, `${template}#${count}`);
    return `${template}#${count}`;
  };
  const lines = readFileSync(sym, "utf8").trim().split("\n");
  return new Map(
    lines.map((line) => {
      const [, wire, , name] = line.split(",") as [string, string, string, string];
      return [name.replace(/(\w+)_\d+_\d+/g, rename), Number(wire)];
    }),
  );
}

/** The numbers of the constraints that a witness breaks. */
export function findBroken({ constraints }: R1cs, witness: readonly bigint[]): number[] {
  const evaluate = (sum: Sum) =>
    sum.reduce((total, [wire, factor]) => total + factor * (witness[wire] as bigint), 0n);
  return constraints.flatMap(({ a, b, c }, i) =>
    (evaluate(a) * evaluate(b) - evaluate(c)) % FIELD_MODULUS === 0n ? [] : [i],
  );
}

/**
 * A witness of one circuit as one of another, by the names of the signals. What the first one lacks is 0.
 * Where a simplification made several signals one, the first one's value is taken.
 */
export function translateWitness(
  from: LabCircuit,
  witness: readonly bigint[],
  to: LabCircuit,
): bigint[] {
  const translated = new Array<bigint>(to.wireCount).fill(0n);
  for (const [name, wire] of [...to.wires].reverse()) {
    const source = from.wires.get(name) ?? -1;
    if (wire >= 0 && source >= 0) translated[wire] = witness[source] as bigint;
  }
  translated[0] = 1n;
  return translated;
}
