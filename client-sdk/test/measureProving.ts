import type { OwnershipWitness } from "@weft/circuits";
import { proveInThread } from "../src/prover/proveInThread.ts";

export type ProvingTimes = {
  /** How long each proof took, in the order in which they were made; the first has everything to load. */
  readonly ms: readonly number[];
  /** The last of them. */
  readonly proof: Uint8Array;
};

/**
 * Proves several times in a row, each in a new worker, as each login does: from the moment at which a login has all it
 * needs for it, with the worker's start and its program's, to the proof.
 */
export async function measureProving(request: {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
  readonly runs: number;
}): Promise<ProvingTimes> {
  const { witness, runs } = request;
  const ms: number[] = [];
  let proof = new Uint8Array();
  for (let run = 0; run < runs; run++) {
    // Bytes that are sent to a worker are gone here.
    const [wasm, zkey] = [request.wasm.slice(), request.zkey.slice()];
    const startedMs = performance.now();
    const made = await proveInThread({
      ...{ wasm, zkey, witness },
      parallel: true,
      createWorker: undefined,
      signal: new AbortController().signal,
      onProgress: () => {},
    });
    ms.push(performance.now() - startedMs);
    proof = Uint8Array.from(made.proof);
  }
  return { ms, proof };
}
