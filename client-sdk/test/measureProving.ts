import type { ProverTask } from "../src/prover/messages.ts";
import { startProver } from "../src/prover/startProver.ts";

export type ProvingTimes = {
  /** From the start of the worker to when it is ready for a proof, for each of them in the order in which they were made. */
  readonly startMs: readonly number[];
  /** From then to the proof. */
  readonly proveMs: readonly number[];
  /** The last of them. */
  readonly proof: Uint8Array;
};

/** Proves several times in a row, each in a new worker, as each login does. */
export async function measureProving(task: ProverTask, runs: number): Promise<ProvingTimes> {
  const startMs: number[] = [];
  const proveMs: number[] = [];
  let proof = new Uint8Array();
  for (let run = 0; run < runs; run++) {
    // Bytes that are sent to a worker are gone here.
    const [wasm, zkey] = [task.wasm.slice(), task.zkey.slice()];
    const startedMs = performance.now();
    const { signal } = new AbortController();
    const prover = startProver({ parallel: true, createWorker: undefined, signal });
    await prover.prepared;
    const readyMs = performance.now();
    const made = await prover.prove({ ...task, wasm, zkey }, () => {});
    startMs.push(readyMs - startedMs);
    proveMs.push(performance.now() - readyMs);
    proof = Uint8Array.from(made.proof);
    prover.stop();
  }
  return { startMs, proveMs, proof };
}
