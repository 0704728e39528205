import { hexToBytes, ownershipNullifier } from "@weft/protocol";
import * as snarkjs from "snarkjs";
import { describe, expect, it } from "vitest";
import { bytesToProof, bytesToVerificationKey, ownershipArtifacts } from "./index.ts";
import { readArtifact } from "./node.ts";
import { ownershipInputs } from "./ownershipInputs.ts";
import { type ProvingProgress, proveOwnership } from "./proveOwnership.ts";
import { createTestWitness } from "./testing.ts";

const artifacts = { wasm: await readArtifact("wasm"), zkey: await readArtifact("zkey") };
const key = bytesToVerificationKey(hexToBytes(ownershipArtifacts.verificationKey));

function publicSignals(witness = createTestWitness()): string[] {
  const { stateRoot, contract, scope, nullifier, binding } = ownershipInputs(witness);
  return [stateRoot, contract, scope, nullifier, binding].map(String);
}

describe("proveOwnership", () => {
  it.each([{ parallel: true }, { parallel: false }])(
    "makes a proof that holds: %o",
    async (options) => {
      const witness = createTestWitness();
      const progress: ProvingProgress[] = [];
      const { proof, nullifier } = await proveOwnership({
        ...{ ...artifacts, ...options, witness },
        onProgress: (p) => progress.push(p),
      });
      expect(proof).toHaveLength(256);
      expect(nullifier).toBe(ownershipNullifier(witness));
      expect(await snarkjs.groth16.verify(key, publicSignals(), bytesToProof(proof))).toBe(true);
      expect(progress.at(-1)).toEqual({ phase: "proving", share: 1 });
      expect(progress).toHaveLength(11);
    },
  );
});
