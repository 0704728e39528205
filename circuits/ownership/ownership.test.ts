import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { FIELD_MODULUS } from "@weft/protocol";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { ownershipInputs } from "../src/ownershipInputs.ts";
import { createTestWitness } from "../src/testing.ts";
import { CircuitLab, findBroken } from "../test/circuitLab.ts";
import { findUndetermined } from "../test/findUndetermined.ts";

const require = createRequire(import.meta.url);
const FILE = "ownership/ownership.circom";
const lab = new CircuitLab();
afterAll(() => lab.close());

const exact = await lab.compile({ file: FILE }, 0);
const shipped = await lab.compile({ file: FILE }, 1);

describe("the ownership circuit", () => {
  it("takes every honest witness", async () => {
    const field = fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n });
    const options = fc.record({
      secret: field,
      scope: field,
      binding: field,
      tokenId: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constant(2n ** 64n - 1n)),
      contract: fc
        .bigInt({ min: 0n, max: 2n ** 160n - 1n })
        .map((address) => `0x${address.toString(16).padStart(40, "0")}` as const),
      leafIndex: fc.oneof(fc.nat(), fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1)),
    });
    const check = async (given: Parameters<typeof createTestWitness>[0]) => {
      const witness = await shipped.calculate({ ...ownershipInputs(createTestWitness(given)) });
      expect(findBroken(shipped, witness)).toEqual([]);
    };
    await fc.assert(fc.asyncProperty(options, check), { numRuns: 15 });
  });

  it("has its public inputs in the order that its header says", () => {
    const names = ["stateRoot", "contract", "scope", "nullifier", "binding"];
    expect(names.map((name) => shipped.wires.get(`main.${name}`))).toEqual([1, 2, 3, 4, 5]);
  });

  it("leaves no signal a choice", () => {
    expect(findUndetermined(shipped)).toEqual([]);
    expect(findUndetermined(exact)).toEqual([]);
  });

  it("has no signal that circom finds unconstrained", () => {
    expect(shipped.warnings).toBe("");
  });

  // What circomspect finds, all of it, and why it is well: a new finding has to be looked at.
  it.each([
    // there to be there
    ["ownership/ownership", ["signal bindingSquare <== binding * binding;"]],
    // constrained by the lines below it
    ["ownership/toBits", ["bits[i] <-- (in >> i) & 1;"]],
    ["ownership/stateTreePath", []],
    // constrained by the loop below it
    ["poseidon2/poseidon2", ["fullAfter[round][i] <-- mixed;"]],
    ["poseidon2/roundConstants", []],
  ])("gives circomspect nothing new to ask about: %s", async (file, expected) => {
    const findings = await circomspect(`${file}.circom`);
    const issues = expected.length === 0 ? "No issues" : `${expected.length} issue`;
    expect(findings).toContain(`circomspect: ${issues} found.`);
    for (const line of expected) expect(findings).toContain(line);
  });
});

/** Trail of Bits's linter, as WebAssembly. It ends with 1 when it has found something. */
async function circomspect(file: string): Promise<string> {
  const cwd = join(import.meta.dirname, "..");
  const run = promisify(execFile)(process.execPath, [require.resolve("circomspect/cli.js"), file], {
    cwd,
  });
  const { stdout } = await run.catch((error: { stdout: string }) => error);
  return stdout;
}
