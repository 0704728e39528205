import type { OwnershipWitness, ProvingProgress } from "@weft/circuits";
import { platform } from "#platform";
import { ClientError } from "../errors.ts";
import { PROVE_TIMEOUT_MS, PROVER_START_TIMEOUT_MS } from "../limits.ts";
import type { Platform, ProverThread } from "../platform/platform.ts";
import { systemTimers, type Timers } from "../timers.ts";
import type { OwnershipProof, ProverMessage } from "./messages.ts";

export type ProveInThreadRequest = {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
  readonly parallel: boolean;
  readonly createWorker: (() => unknown) | undefined;
  readonly signal: AbortSignal;
  onProgress(progress: ProvingProgress): void;
};

/**
 * Proves in a thread of its own, which ends with the proof. The request's bytes move there.
 * @throws ClientError PROVER_UNAVAILABLE when the thread doesn't start, IDENTITY_NOT_BOUND, PROOF_FAILED, ABORTED
 */
export async function proveInThread(
  request: ProveInThreadRequest,
  startProver: Platform["startProver"] = platform.startProver,
  timers: Timers = systemTimers,
): Promise<OwnershipProof> {
  const { wasm, zkey, witness, parallel, createWorker, signal, onProgress } = request;
  if (signal.aborted) throw calledOff(signal);
  const { promise, resolve, reject } = Promise.withResolvers<OwnershipProof>();
  let isReady = false;
  let thread: ProverThread | undefined;
  let stopTimer = timers.after(PROVER_START_TIMEOUT_MS, () =>
    reject(unavailable(new Error(`nothing for ${PROVER_START_TIMEOUT_MS} ms`))),
  );
  const onMessage = (message: ProverMessage) => {
    if (message.type === "ready") {
      isReady = true;
      stopTimer();
      stopTimer = timers.after(PROVE_TIMEOUT_MS, () =>
        reject(new ClientError("PROOF_FAILED", `no proof within ${PROVE_TIMEOUT_MS} ms`)),
      );
      thread?.send({ wasm, zkey, witness, parallel });
    } else if (message.type === "progress") {
      onProgress({ phase: message.phase, share: message.share });
    } else if (message.type === "proof") {
      resolve({ proof: message.proof, nullifier: message.nullifier });
    } else {
      reject(refused(message));
    }
  };
  const onFailure = (cause: unknown) =>
    reject(
      isReady
        ? new ClientError("PROOF_FAILED", "the thread that proves has died", { cause })
        : unavailable(cause),
    );
  const abort = () => reject(calledOff(signal));
  signal.addEventListener("abort", abort, { once: true });
  try {
    thread = startProver({ onMessage, onFailure }, createWorker);
  } catch (cause) {
    reject(unavailable(cause));
  }
  return promise.finally(() => {
    stopTimer();
    signal.removeEventListener("abort", abort);
    thread?.stop();
  });
}

function unavailable(cause: unknown): ClientError {
  const message = "the thread that proves doesn't start: see `createWorker` in the options";
  return new ClientError("PROVER_UNAVAILABLE", message, { cause });
}

function calledOff(signal: AbortSignal): ClientError {
  return new ClientError("ABORTED", "the login was called off", { cause: signal.reason });
}

function refused({ code, message }: ProverMessage & { type: "error" }): ClientError {
  return new ClientError("PROOF_FAILED", message, { details: { code } });
}
