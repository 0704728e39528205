import { createHash } from "node:crypto";
import { cp, mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesToHex } from "@weft/protocol";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ownershipArtifacts } from "../artifacts/ownershipArtifacts.ts";
import { ARTIFACTS_FOLDER, CIRCUIT_SOURCE, sha256Of } from "../setup/circuitFiles.ts";
import { type CompiledCircuit, compileCircuit } from "../setup/compileCircuit.ts";
import { readR1cs } from "../setup/readR1cs.ts";
import { verificationKeyToBytes } from "../src/groth16Bytes.ts";
import { readArtifact } from "../src/node.ts";

const MAX_CONSTRAINTS = 2 ** 14;
const MAX_DOWNLOAD_BYTES = 6_000_000;

let folder: string;
let compiled: CompiledCircuit;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-artifacts-"));
  compiled = await compileCircuit(CIRCUIT_SOURCE, folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the committed artifacts", () => {
  it("are marked as a development set-up", () => {
    expect(ownershipArtifacts.development).toBe(true);
  });

  it.each(["wasm", "zkey"] as const)("are the files of the manifest: %s", async (name) => {
    const { file, sha256, sizeBytes } = ownershipArtifacts[name];
    const bytes = await readArtifact(name);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    expect((await stat(join(ARTIFACTS_FOLDER, file))).size).toBe(sizeBytes);
  });

  // `npm run circuits:build -- --verify` checks the keys themselves, which takes powers of tau and a minute.
  it("are for the constraints that the source has", async () => {
    expect(await sha256Of(compiled.r1cs)).toBe(ownershipArtifacts.r1csSha256);
    expect(readR1cs(compiled.r1cs).constraints).toHaveLength(ownershipArtifacts.constraints);
  });

  it("have the witness generator that the source gives", async () => {
    expect(await sha256Of(compiled.wasm)).toBe(ownershipArtifacts.wasm.sha256);
  });

  it("have the verification key that belongs to the proving key", async () => {
    const key = await snarkjs.zKey.exportVerificationKey(await readArtifact("zkey"));
    expect(bytesToHex(verificationKeyToBytes(key))).toBe(ownershipArtifacts.verificationKey);
  });

  it("are small enough", () => {
    const { constraints, wasm, zkey } = ownershipArtifacts;
    expect(constraints).toBeLessThan(MAX_CONSTRAINTS);
    expect(wasm.sizeBytes + zkey.sizeBytes).toBeLessThan(MAX_DOWNLOAD_BYTES);
  });
});

describe("readArtifact", () => {
  it("refuses a file that isn't the manifest's", async () => {
    await cp(ARTIFACTS_FOLDER, folder, { recursive: true });
    const { file, sha256 } = ownershipArtifacts.wasm;
    await writeFile(join(folder, file), "something else");
    await expect(readArtifact("wasm", folder)).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      details: { file, expected: sha256 },
    });
    expect(await readArtifact("zkey", folder)).toHaveLength(ownershipArtifacts.zkey.sizeBytes);
  });
});
