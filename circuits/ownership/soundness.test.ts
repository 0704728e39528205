import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { CircuitLab, findBroken, type LabCircuit, translateWitness } from "../test/circuitLab.ts";
import { type Attack, attacks } from "./attacks.ts";

const FILE = "ownership/ownership.circom";
const lab = new CircuitLab();
afterAll(() => lab.close());
afterEach(() => vi.restoreAllMocks());

/** Every constraint of the source as one of its own, and what is shipped. */
const exact = await lab.compile({ file: FILE }, 0);
const shipped = await lab.compile({ file: FILE }, 1);

/** What the attacker computes, on a circuit that lacks the constraint. */
async function forge(mutant: LabCircuit, { inputs, signals = {} }: Attack): Promise<bigint[]> {
  const witness = await mutant.calculate({ ...inputs });
  for (const [name, value] of Object.entries(signals)) {
    const wire = mutant.wires.get(name);
    if (wire === undefined || wire < 0) throw new Error(`no signal ${name}`);
    witness[wire] = value;
  }
  return witness;
}

describe("the ownership circuit's constraints forbid", () => {
  it.each(attacks)("$name", async (attack) => {
    const mutant = await lab.compile({ file: FILE }, 0, attack.mutation);
    const forged = await forge(mutant, attack);
    // Without the constraint the attack succeeds …
    expect(findBroken(mutant, forged)).toEqual([]);
    // … and with it, it alone is broken: nothing else stands against the attack.
    expect(findBroken(exact, translateWitness(mutant, forged, exact))).toHaveLength(1);
    expect(findBroken(shipped, translateWitness(mutant, forged, shipped))).not.toEqual([]);
  });

  it.each(attacks.filter(({ signals }) => signals === undefined))(
    "$name: nor does the witness generator make one",
    async ({ inputs }) => {
      // The witness generator says more than it throws.
      vi.spyOn(console, "error").mockImplementation(() => {});
      await expect(shipped.calculate({ ...inputs })).rejects.toThrow("Assert Failed");
    },
  );
});
