import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ownershipArtifacts } from "../artifacts/ownershipArtifacts.ts";
import { CircuitsError } from "./errors.ts";

const FOLDER = join(import.meta.dirname, "..", "artifacts");

/** Where the committed files of `ownershipArtifacts` are. */
export const ownershipFiles = {
  wasm: join(FOLDER, ownershipArtifacts.wasm.file),
  zkey: join(FOLDER, ownershipArtifacts.zkey.file),
} as const;

/**
 * One of the files that are committed, compared with its hash in `ownershipArtifacts`.
 * @throws CircuitsError ARTIFACT_MISMATCH when it is another one
 */
export async function readArtifact(
  name: "wasm" | "zkey",
  folder: string = FOLDER,
): Promise<Uint8Array> {
  const expected = ownershipArtifacts[name];
  const bytes = new Uint8Array(await readFile(join(folder, expected.file)));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== expected.sha256) {
    throw new CircuitsError("ARTIFACT_MISMATCH", `not the file of the manifest: ${expected.file}`, {
      details: { file: expected.file, sha256, expected: expected.sha256 },
    });
  }
  return bytes;
}
