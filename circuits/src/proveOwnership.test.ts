import { execFile } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { hexToBytes, ownershipNullifier } from "@weft/protocol";
import * as snarkjs from "snarkjs";
import { describe, expect, it } from "vitest";
import { ownershipArtifacts } from "../artifacts/ownershipArtifacts.ts";
import { bytesToProof, bytesToVerificationKey } from "./groth16Bytes.ts";
import { readArtifact } from "./node.ts";
import { type OwnershipWitness, ownershipInputs } from "./ownershipInputs.ts";
import { type ProvingProgress, proveOwnership } from "./proveOwnership.ts";
import { createTestWitness } from "./testing.ts";

const artifacts = { wasm: await readArtifact("wasm"), zkey: await readArtifact("zkey") };
const key = bytesToVerificationKey(hexToBytes(ownershipArtifacts.verificationKey));
const witness = createTestWitness();
const PROVE_ONCE = join(import.meta.dirname, "..", "test", "proveOnce.ts");

/** By snarkjs, with the public inputs in the circuit's order. */
function verify(proof: Uint8Array, of: OwnershipWitness = witness): Promise<boolean> {
  const { stateRoot, contract, scope, nullifier, binding } = ownershipInputs(of);
  const inputs = [stateRoot, contract, scope, nullifier, binding].map(String);
  return snarkjs.groth16.verify(key, inputs, bytesToProof(proof));
}

describe("proveOwnership", async () => {
  const { proof: sharedProof } = await proveOwnership({ ...artifacts, witness });

  it.each([{ parallel: true }, { parallel: false }])(
    "makes a proof that holds: %o",
    async (how) => {
      const progress: ProvingProgress[] = [];
      const onProgress = (at: ProvingProgress) => void progress.push(at);
      const { proof, nullifier } = await proveOwnership({
        ...artifacts,
        ...how,
        witness,
        onProgress,
      });
      expect(proof).toHaveLength(256);
      expect(nullifier).toBe(ownershipNullifier(witness));
      expect(await verify(proof)).toBe(true);
      expect([...new Set(progress.map(({ phase }) => phase))]).toEqual([
        "loading",
        "witness",
        "proving",
      ]);
      const shares = progress.map(({ share }) => share);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.length).toBe(11);
      expect([shares.at(0), shares.at(-1)]).toEqual([0, 1]);
    },
  );

  it.each(["stateRoot", "contract", "scope", "tokenId", "binding"])(
    "makes a proof for one %s only",
    async (field) => {
      const other = {
        stateRoot: createTestWitness({ leafIndex: 3 }),
        contract: createTestWitness({ contract: `0x${"c1".repeat(20)}` }),
        scope: createTestWitness({ scope: 1n }),
        tokenId: createTestWitness({ tokenId: 1n }),
        binding: createTestWitness({ binding: 1n }),
      }[field];
      expect(await verify(sharedProof, other)).toBe(false);
    },
  );

  it("makes several at once, on the same threads", async () => {
    const witnesses = [1n, 2n, 3n].map((tokenId) => createTestWitness({ tokenId }));
    const proofs = await Promise.all(
      witnesses.map((each) => proveOwnership({ ...artifacts, witness: each })),
    );
    for (const [i, { proof }] of proofs.entries()) {
      expect(await verify(proof, witnesses[i])).toBe(true);
    }
  });

  it.each([[[]], [["--one-thread"]], [["--prepare"]], [["--prepare", "--one-thread"]]])(
    "works in a worker thread, which then ends: %j",
    async (argv) => {
      const worker = new Worker(PROVE_ONCE, { argv });
      const ended = once(worker, "exit");
      const [proof] = await once(worker, "message");
      expect(await verify(proof as Uint8Array)).toBe(true);
      expect(await ended).toEqual([0]);
    },
  );

  it("lets a process end", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [PROVE_ONCE]);
    expect(await verify(hexToBytes(`0x${stdout.trim()}`))).toBe(true);
  });

  it("refuses a witness that doesn't hold before anything is computed", async () => {
    const stranger = { ...witness, secret: 5n };
    await expect(proveOwnership({ ...artifacts, witness: stranger })).rejects.toMatchObject({
      code: "IDENTITY_NOT_BOUND",
    });
  });

  it.each(["wasm", "zkey"] as const)("says that it can't prove with a damaged %s", async (name) => {
    const damaged = { ...artifacts, [name]: artifacts[name].subarray(0, 5_000) };
    await expect(proveOwnership({ ...damaged, witness })).rejects.toMatchObject({
      code: "PROVING_FAILED",
      cause: expect.anything(),
    });
  });
});
