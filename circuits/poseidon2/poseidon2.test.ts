import { FIELD_MODULUS } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { CircuitLab, findBroken, type Mutation, translateWitness } from "../test/circuitLab.ts";
import { findUndetermined } from "../test/findUndetermined.ts";
import barretenberg from "./barretenbergVectors.json" with { type: "json" };

const lab = new CircuitLab();
afterAll(() => lab.close());

const MAX_INPUTS = 7;
const OUT = "main.out";

function hashOf(count: number, level: 0 | 1 = 1, mutation?: Mutation) {
  const source = `pragma circom 2.1.9;
    include "poseidon2/poseidon2.circom";
    component main = Poseidon2Hash(${count});`;
  return lab.compile({ source }, level, mutation);
}

describe("Poseidon2", () => {
  it.each(Array.from({ length: MAX_INPUTS }, (_, i) => i + 1))(
    "of %i is Barretenberg's, and leaves no signal a choice",
    async (count) => {
      const circuit = await hashOf(count);
      const vectors = barretenberg.vectors.filter(({ inputs }) => inputs.length === count);
      expect(vectors).toHaveLength(4);
      for (const { inputs, hash } of vectors) {
        const witness = await circuit.calculate({ in: inputs.map(BigInt) });
        expect(witness[circuit.wires.get(OUT) ?? 0]).toBe(BigInt(hash));
        expect(findBroken(circuit, witness)).toEqual([]);
      }
      expect(findUndetermined(circuit)).toEqual([]);
      expect(circuit.warnings).toBe("");
    },
  );

  it("is what another implementation says", async () => {
    const circuit = await hashOf(4);
    const field = fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n });
    const check = async (inputs: bigint[]) => {
      const witness = await circuit.calculate({ in: inputs });
      expect(witness[circuit.wires.get(OUT) ?? 0]).toBe(poseidon2Hash(inputs));
    };
    await fc.assert(fc.asyncProperty(fc.array(field, { minLength: 4, maxLength: 4 }), check), {
      numRuns: 20,
    });
  });
});

/** A constraint that isn't there, and what a prover does then. `broken` says how many constraints stand against it. */
type Attack = { readonly name: string; readonly mutation: Mutation; readonly broken: number };

function attack(name: string, find: string, replace: string, broken = 1): Attack {
  return { name, mutation: { file: "poseidon2/poseidon2.circom", find, replace }, broken };
}

// Each takes one kind of constraint away and puts a wrong number where it stood, in one round.
const ROUND = "(round == 2 && i == 1 ? 1 : 0)";
const PARTIAL = "(partial == 30 ? 1 : 0)";
const attacks: readonly Attack[] = [
  attack(
    "the square in a full round",
    "fullSquare[round][i] <== state[i] * state[i];",
    `fullSquare[round][i] <-- state[i] * state[i] + ${ROUND};`,
  ),
  attack(
    "the fourth power in a full round",
    "fullFourth[round][i] <== fullSquare[round][i] * fullSquare[round][i];",
    `fullFourth[round][i] <-- fullSquare[round][i] * fullSquare[round][i] + ${ROUND};`,
  ),
  attack(
    "the state after a full round",
    `fullAfter[round][i] <-- mixed;
        }`,
    `fullAfter[round][i] <-- mixed + ${ROUND};
        }
        if (0 == 1)`,
    // four equations that only one state solves
    4,
  ),
  attack(
    "the square in a partial round",
    "partialSquare[partial] <== state[0] * state[0];",
    `partialSquare[partial] <-- state[0] * state[0] + ${PARTIAL};`,
  ),
  attack(
    "the fourth power in a partial round",
    "partialFourth[partial] <== partialSquare[partial] * partialSquare[partial];",
    `partialFourth[partial] <-- partialSquare[partial] * partialSquare[partial] + ${PARTIAL};`,
  ),
  attack(
    "the first element after a partial round",
    "partialAfter[partial] <== (1 + DIAGONAL[0]) * partialFourth[partial] * state[0] + others + added[0];",
    `partialAfter[partial] <-- (1 + DIAGONAL[0]) * partialFourth[partial] * state[0] + others + added[0] + ${PARTIAL};`,
  ),
  attack(
    "the other elements after the last partial round",
    "othersAfter[i - 1] <== state[i] + added[i];",
    "othersAfter[i - 1] <-- state[i] + added[i] + (i == 2 ? 1 : 0);",
  ),
  attack("the permutation's result", "out[i] <== state[i];", "out[i] <-- state[i] + 1;"),
  attack(
    "what is absorbed",
    "permutation[block].in[i] <== element;",
    "permutation[block].in[i] <-- element + (i == 1 ? 1 : 0);",
  ),
  attack(
    "how many are hashed",
    "permutation[block].in[RATE] <== n * 2 ** 64;",
    "permutation[block].in[RATE] <-- n * 2 ** 64 + 1;",
  ),
  attack(
    "the hash",
    "out <== permutation[blocks - 1].out[0];",
    "out <-- permutation[blocks - 1].out[0] + 1;",
  ),
];

describe("what Poseidon2's constraints forbid", async () => {
  const inputs = { in: [3n, 5n] };
  const hash = poseidon2Hash(inputs.in);
  const [exact, shipped] = await Promise.all([hashOf(2, 0), hashOf(2, 1)]);

  it.each(attacks)("another number for $name", async ({ mutation, broken }) => {
    const mutant = await hashOf(2, 0, mutation);
    const forged = await mutant.calculate(inputs);
    // Without the constraint any hash will do, and the tool says that something is left open …
    expect(forged[mutant.wires.get(OUT) ?? 0]).not.toBe(hash);
    expect(findBroken(mutant, forged)).toEqual([]);
    expect(findUndetermined(mutant)).not.toEqual([]);
    // … with it there is nothing else that is wrong.
    expect(findBroken(exact, translateWitness(mutant, forged, exact))).toHaveLength(broken);
    expect(findBroken(shipped, translateWitness(mutant, forged, shipped))).not.toEqual([]);
  });
});
