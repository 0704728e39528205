import type { SnarkjsCurve, SnarkjsLogger, SnarkjsMemory } from "snarkjs";
import { CircuitsError } from "./errors.ts";
import { proofToBytes } from "./groth16Bytes.ts";
import { loadSnarkjs, type Snarkjs } from "./loadSnarkjs.ts";
import { type OwnershipWitness, ownershipInputs } from "./ownershipInputs.ts";

/** In this order: the prover's code is loaded, the circuit's signals are computed, the proof is. */
export type ProvingPhase = "loading" | "witness" | "proving";

export type ProvingProgress = {
  readonly phase: ProvingPhase;
  /** How much of it all is done, from 0 to 1; never falls. */
  readonly share: number;
};

export type ProveOptions = {
  /** The artifacts' bytes; who gives them has compared their hashes. */
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
  readonly onProgress?: (progress: ProvingProgress) => void;
  /**
   * Whether to compute on as many threads as there are cores, started for the purpose and ended after it (in
   * browsers they are Web Workers from a blob: URL, which a content security policy may refuse), or on the
   * calling one, which takes twice as long on two cores. True unless given.
   */
  readonly parallel?: boolean;
};

/** What share of it all is done when snarkjs begins a step, roughly, by what it logs then. */
const STEPS: readonly (readonly [message: string, share: number])[] = [
  ["Building ABC", 0.12],
  ["IFFT_A", 0.16],
  ["Join ABC", 0.24],
  ["Reading B1 Points", 0.35],
  ["Reading B2 Points", 0.45],
  ["Reading C Points", 0.73],
  ["Reading H Points", 0.84],
];
const LOADED_SHARE = 0.05;
const WITNESS_SHARE = 0.08;

/** How many use the shared threads; the last one ends these. */
let holders = 0;
let threads: Promise<SnarkjsCurve> | undefined;

/**
 * Proves that the holder of a secret holds a pass. Takes a second or two of all cores: call it in a worker. Works in
 * browsers' workers and Node's worker threads alike.
 *
 * @returns the proof as 256 bytes, see `proofToBytes`, and the nullifier that it shows
 * @throws CircuitsError WITNESS_INVALID, STATE_PROOF_INVALID, IDENTITY_NOT_BOUND, PROVING_FAILED
 */
export async function proveOwnership(
  options: ProveOptions,
): Promise<{ readonly proof: Uint8Array; readonly nullifier: bigint }> {
  const { wasm, zkey, parallel = true } = options;
  const tell = (phase: ProvingPhase, share: number) => options.onProgress?.({ phase, share });
  const inputs = ownershipInputs(options.witness);
  tell("loading", 0);
  try {
    const snarkjs = await loadSnarkjs();
    tell("witness", LOADED_SHARE);
    const witness: SnarkjsMemory = { type: "mem" };
    await snarkjs.wtns.calculate({ ...inputs }, wasm, witness);
    tell("proving", WITNESS_SHARE);
    const logger = createLogger((share) => tell("proving", share));
    const prove = () => snarkjs.groth16.prove(zkey, witness, logger, { singleThread: !parallel });
    const { proof } = await (parallel ? withThreads(snarkjs, prove) : prove());
    tell("proving", 1);
    return { proof: proofToBytes(proof), nullifier: inputs.nullifier };
  } catch (cause) {
    throw new CircuitsError("PROVING_FAILED", "no proof could be computed", { cause });
  }
}

/** snarkjs says what it does in messages to developers; the next of the steps is what is looked for. */
function createLogger(tell: (share: number) => void): SnarkjsLogger {
  let next = 0;
  const debug = (message: string) => {
    const found = STEPS.findIndex(([step], i) => i >= next && message.startsWith(step));
    const share = STEPS[found]?.[1];
    if (share === undefined) return;
    next = found + 1;
    tell(share);
  };
  const nothing = () => {};
  return { debug, info: nothing, warn: nothing, error: nothing };
}

/**
 * Gets ready all that doesn't depend on what is proven: snarkjs's code, its arithmetic, its threads. That takes as long as a
 * good part of a proof, so whoever has to wait for something else first does it meanwhile.
 *
 * @param parallel as the proof will have it
 * @returns gives the threads up, unless a proof uses them
 */
export async function prepareProving(parallel = true): Promise<() => void> {
  const snarkjs = await loadSnarkjs();
  if (!parallel) return () => {};
  const release = holdThreads(snarkjs);
  await threads;
  return release;
}

async function withThreads<T>(snarkjs: Snarkjs, prove: () => Promise<T>): Promise<T> {
  const release = holdThreads(snarkjs);
  try {
    await threads;
    return await prove();
  } finally {
    release();
  }
}

/** All proofs that run at once share snarkjs's threads, which keep a process alive until they are ended. */
function holdThreads(snarkjs: Snarkjs): () => void {
  holders++;
  // Asked for by one holder only: two that ask at once would start them twice.
  threads ??= snarkjs.curves.getCurveFromName("bn128");
  let isHeld = true;
  return () => {
    if (!isHeld) return;
    isHeld = false;
    holders--;
    if (holders > 0) return;
    // Takes a moment that nobody has to wait for.
    void threads?.then((curve) => curve.terminate()).catch(() => {});
    threads = undefined;
  };
}
