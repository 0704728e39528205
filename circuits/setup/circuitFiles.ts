import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bytesToHex } from "@weft/protocol";
import * as snarkjs from "snarkjs";
import type { ArtifactFile, CircuitArtifacts } from "../src/artifacts.ts";
import { verificationKeyToBytes } from "../src/groth16Bytes.ts";
import type { CompiledCircuit } from "./compileCircuit.ts";
import { readR1cs } from "./readR1cs.ts";

const CIRCUIT = "ownership";
export const CIRCUIT_SOURCE = join(import.meta.dirname, "..", CIRCUIT, `${CIRCUIT}.circom`);
/** What is committed. */
export const ARTIFACTS_FOLDER = join(import.meta.dirname, "..", "artifacts");

export async function sha256Of(path: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

/** Puts both files into a folder, and says what they are. */
export async function writeArtifacts(
  folder: string,
  compiled: CompiledCircuit,
  { zkey, development }: { readonly zkey: string; readonly development: boolean },
): Promise<CircuitArtifacts> {
  await mkdir(folder, { recursive: true });
  const wasmFile = `${CIRCUIT}.wasm`;
  const zkeyFile = `${CIRCUIT}.zkey`;
  await copyFile(compiled.wasm, join(folder, wasmFile));
  await copyFile(zkey, join(folder, zkeyFile));
  const key = await snarkjs.zKey.exportVerificationKey(zkey);
  return {
    circuit: CIRCUIT,
    development,
    constraints: readR1cs(compiled.r1cs).constraints.length,
    r1csSha256: await sha256Of(compiled.r1cs),
    wasm: await describeFile(folder, wasmFile),
    zkey: await describeFile(folder, zkeyFile),
    verificationKey: bytesToHex(verificationKeyToBytes(key)),
  };
}

async function describeFile(folder: string, file: string): Promise<ArtifactFile> {
  const path = join(folder, file);
  return { file, sha256: await sha256Of(path), sizeBytes: (await stat(path)).size };
}

/** The manifest as a module, for what is committed: it can't be mistaken for a real set-up. */
export async function writeDevelopmentManifest(
  folder: string,
  artifacts: CircuitArtifacts,
): Promise<void> {
  const text = `// Made by \`npm run circuits:build\`; do not edit.
import type { CircuitArtifacts } from "../src/artifacts.ts";

/** What is beside this file. A DEVELOPMENT set-up: one machine made it, so it is no safer than that machine. */
export const ownershipArtifacts: CircuitArtifacts = ${JSON.stringify(artifacts, null, 2)};
`;
  await writeFile(join(folder, "ownershipArtifacts.ts"), text);
}

/** The same as JSON, for the keys of a ceremony. @returns its path */
export async function writeManifest(folder: string, artifacts: CircuitArtifacts): Promise<string> {
  const path = join(folder, "ownershipArtifacts.json");
  await writeFile(path, `${JSON.stringify(artifacts, null, 2)}\n`);
  return path;
}
