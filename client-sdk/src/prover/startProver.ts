import type { ProvingProgress } from "@weft/circuits";
import { platform } from "#platform";
import { ClientError } from "../errors.ts";
import { PROVE_TIMEOUT_MS, PROVER_START_TIMEOUT_MS } from "../limits.ts";
import type { Platform, ProverThread } from "../platform/platform.ts";
import { systemTimers, type Timers } from "../timers.ts";
import type { OwnershipProof, ProverMessage, ProverTask } from "./messages.ts";

export type ProverSettings = {
  readonly parallel: boolean;
  readonly createWorker: (() => unknown) | undefined;
  readonly signal: AbortSignal;
};

/** A thread for one proof. */
export type Prover = {
  /** Resolves when all is loaded that doesn't depend on what is proven. Nobody has to wait for it. */
  readonly prepared: Promise<void>;
  /**
   * Once. The task's bytes move to the thread.
   * @throws ClientError PROVER_UNAVAILABLE when the thread didn't start, PROOF_FAILED, ABORTED
   */
  prove(task: ProverTask, onProgress: (progress: ProvingProgress) => void): Promise<OwnershipProof>;
  /** Ends the thread, whatever it does. */
  stop(): void;
};

/** Starts the thread that will prove, and lets it get ready. Errors wait for `prove`. */
export function startProver(
  { parallel, createWorker, signal }: ProverSettings,
  startThread: Platform["startProver"] = platform.startProver,
  timers: Timers = systemTimers,
): Prover {
  const [ready, prepared, proof] = [
    Promise.withResolvers<void>(),
    Promise.withResolvers<void>(),
    Promise.withResolvers<OwnershipProof>(),
  ];
  let tell: (progress: ProvingProgress) => void = () => {};
  const fail = (error: ClientError) => {
    for (const { reject } of [ready, prepared, proof]) reject(error);
  };
  // Whoever waits is told; nobody has to wait.
  for (const { promise } of [ready, prepared, proof]) promise.catch(() => {});

  let isReady = false;
  const onMessage = (message: ProverMessage) => {
    if (message.type === "ready") {
      isReady = true;
      ready.resolve();
      thread?.send({ type: "prepare", parallel });
    } else if (message.type === "prepared") prepared.resolve();
    else if (message.type === "progress") tell({ phase: message.phase, share: message.share });
    else if (message.type === "proof") {
      proof.resolve({ proof: message.proof, nullifier: message.nullifier });
    } else fail(refused(message));
  };
  const onFailure = (cause: unknown) => fail(isReady ? died(cause) : unavailable(cause));
  const onAbort = () => fail(calledOff(signal));
  let thread: ProverThread | undefined;
  if (signal.aborted) onAbort();
  else {
    try {
      thread = startThread({ onMessage, onFailure }, createWorker);
    } catch (cause) {
      fail(unavailable(cause));
    }
  }
  signal.addEventListener("abort", onAbort, { once: true });

  /** @throws what `promise` rejects with, or the error when it takes too long */
  async function within<T>(promise: Promise<T>, ms: number, tooLate: () => ClientError) {
    const stopTimer = timers.after(ms, () => fail(tooLate()));
    return promise.finally(stopTimer);
  }
  return {
    prepared: prepared.promise,
    async prove(task, onProgress) {
      tell = onProgress;
      await within(ready.promise, PROVER_START_TIMEOUT_MS, () =>
        unavailable(new Error(`nothing for ${PROVER_START_TIMEOUT_MS} ms`)),
      );
      thread?.send({ type: "prove", parallel, ...task });
      return within(proof.promise, PROVE_TIMEOUT_MS, () => {
        return new ClientError("PROOF_FAILED", `no proof within ${PROVE_TIMEOUT_MS} ms`);
      });
    },
    stop() {
      signal.removeEventListener("abort", onAbort);
      thread?.stop();
    },
  };
}

function unavailable(cause: unknown): ClientError {
  const message = "the thread that proves doesn't start: see `createWorker` in the options";
  return new ClientError("PROVER_UNAVAILABLE", message, { cause });
}

function died(cause: unknown): ClientError {
  return new ClientError("PROOF_FAILED", "the thread that proves has died", { cause });
}

function calledOff(signal: AbortSignal): ClientError {
  return new ClientError("ABORTED", "the login was called off", { cause: signal.reason });
}

function refused({ code, message }: ProverMessage & { type: "error" }): ClientError {
  return new ClientError("PROOF_FAILED", message, { details: { code } });
}
