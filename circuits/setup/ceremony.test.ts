import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  applyBeacon,
  beginKeys,
  contribute,
  drawBeacon,
  endThreads,
  makePowersOfTau,
  verifyKeys,
  verifyPowersOfTau,
} from "./ceremony.ts";
import { type CompiledCircuit, compileCircuit } from "./compileCircuit.ts";
import { createReport } from "./report.ts";

/** A circuit of two constraints takes seconds for what takes ours minutes. */
const POWER = 3;
const TEXT = (factor: string) => `pragma circom 2.1.9;
  template Power() {
    signal input x;
    signal input cube;
    signal square <== x * x;
    cube === ${factor} square * x;
  }
  component main { public [cube] } = Power();`;

const nothing = () => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let folder: string;
let ptau: string;
let circuit: CompiledCircuit;
let otherCircuit: CompiledCircuit;
const lines: string[] = [];
const at = (name: string) => join(folder, name);

async function compile(name: string, factor: string): Promise<CompiledCircuit> {
  await writeFile(at(`${name}.circom`), TEXT(factor));
  return compileCircuit(at(`${name}.circom`), folder);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-ceremony-"));
  ptau = at("powers.ptau");
  [circuit, otherCircuit] = await Promise.all([compile("power", ""), compile("other", "2 *")]);
  await makePowersOfTau(
    ptau,
    createReport(6, (line) => lines.push(line)),
    POWER,
  );
  await beginKeys({ r1cs: circuit.r1cs, ptau, to: at("0.zkey") }, silent);
  await contribute({ from: at("0.zkey"), to: at("1.zkey"), name: "Ada" }, silent);
  await contribute({ from: at("1.zkey"), to: at("2.zkey"), name: "Grace" }, silent);
  await applyBeacon({ from: at("2.zkey"), to: at("3.zkey"), value: drawBeacon() }, silent);
});

afterAll(async () => {
  await endThreads();
  await rm(folder, { recursive: true, force: true });
});

describe("a set-up from nothing", () => {
  it("tells each step, and that it is done", () => {
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe(`[1/6] powers of tau: begin, 2^${POWER}`);
  });

  it("gives keys that prove and verify", async () => {
    const { r1cs } = circuit;
    await verifyKeys({ r1cs, ptau, zkey: at("3.zkey") }, silent);
    const witness: snarkjs.SnarkjsMemory = { type: "mem" };
    await snarkjs.wtns.calculate({ x: 3n, cube: 27n }, circuit.wasm, witness);
    const { proof, publicSignals } = await snarkjs.groth16.prove(at("3.zkey"), witness);
    const key = await snarkjs.zKey.exportVerificationKey(at("3.zkey"));
    expect(await snarkjs.groth16.verify(key, publicSignals, proof)).toBe(true);
    expect(await snarkjs.groth16.verify(key, ["28"], proof)).toBe(false);
    // A contribution changes the keys: the proof isn't one for those before it.
    const earlier = await snarkjs.zKey.exportVerificationKey(at("2.zkey"));
    expect(await snarkjs.groth16.verify(earlier, publicSignals, proof)).toBe(false);
  });

  it("lists who contributed, the newest first", async () => {
    const messages: string[] = [];
    const logger = { ...silent, info: (message: string) => void messages.push(message) };
    await verifyKeys({ r1cs: circuit.r1cs, ptau, zkey: at("3.zkey") }, logger);
    const listed = messages.flatMap((message) => /^contribution #(.*):/.exec(message)?.[1] ?? []);
    expect(listed).toEqual(["3 beacon", "2 Grace", "1 Ada"]);
  });

  it("refuses keys of other constraints", async () => {
    await expect(
      verifyKeys({ r1cs: otherCircuit.r1cs, ptau, zkey: at("3.zkey") }, silent),
    ).rejects.toMatchObject({ code: "SETUP_FAILED" });
  });

  it("refuses powers of tau of which a byte was changed", async () => {
    const bytes = await readFile(ptau);
    const middle = bytes.length >> 1;
    bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
    await writeFile(at("damaged.ptau"), bytes);
    await expect(verifyPowersOfTau(at("damaged.ptau"), silent)).rejects.toThrow();
  });

  it("refuses a circuit that doesn't compile", async () => {
    await expect(compile("broken", "nothing *")).rejects.toMatchObject({ code: "COMPILE_FAILED" });
  });
});

describe.each(["build.ts", "ceremony.ts"])("%s", (script) => {
  const run = (args: readonly string[]) =>
    new Promise<{ code: unknown; text: string }>((done) => {
      const path = join(import.meta.dirname, "..", script);
      execFile(process.execPath, [path, ...args], (error, stdout, stderr) =>
        done({ code: error?.code ?? 0, text: stdout + stderr }),
      );
    });

  it("says how it is used", async () => {
    const { code, text } = await run(["--help"]);
    expect(code).toBe(0);
    expect(text).toContain("npm run circuits:");
  });

  it("refuses what it doesn't know", async () => {
    const { code, text } = await run(["--sideways"]);
    expect(code).toBe(2);
    expect(text).toContain("--sideways");
  });
});
