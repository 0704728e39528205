import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { FastGenesis } from "@weft/protocol";
import type { Checks } from "../checks.ts";
import { fullChecks } from "../checks.ts";
import { FastChainError, type FastChainErrorCode } from "../errors.ts";
import { type OwnershipOpen, verifyOwnershipProof } from "./ownershipProof.ts";

/** A proof takes some 10 ms, so two threads have more of them behind them than logins come. */
const MAX_THREADS = 2;
/** Proofs that may wait for a thread: about a second's work for one. */
const MAX_WAITING_PROOFS = 128;

export type ProofTask = { readonly genesis: FastGenesis; readonly open: OwnershipOpen };
/** What a worker answers: nothing when the proof holds. */
export type ProofAnswer =
  | { readonly code: FastChainErrorCode; readonly message: string }
  | undefined;

type Job = {
  readonly task: ProofTask;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
};

export type LoginProofsOptions = {
  /** Default: two, or one where the machine has but two cores. */
  readonly threads?: number;
  readonly maxWaiting?: number;
};

/**
 * Verifies ownership proofs in worker threads, which start with the first one, and remembers which logins held, so that
 * the chain's host, which takes `checks`, doesn't verify them again on the thread that serves rooms.
 */
export class LoginProofs {
  readonly #threads: number;
  readonly #maxWaiting: number;
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Job>();
  readonly #waiting: Job[] = [];
  /** By identity: what is submitted has to be the very object that was verified. */
  readonly #held = new WeakMap<object, FastGenesis>();
  #stopped = false;

  constructor({ threads, maxWaiting = MAX_WAITING_PROOFS }: LoginProofsOptions = {}) {
    this.#threads = threads ?? Math.max(1, Math.min(MAX_THREADS, availableParallelism() - 1));
    this.#maxWaiting = maxWaiting;
  }

  /** All checks, but for proofs that have held here already. */
  readonly checks: Checks = {
    ...fullChecks,
    proof: (genesis, open) => {
      if (this.#held.get(open) !== genesis) verifyOwnershipProof(genesis, open);
    },
  };

  /**
   * Resolves when the proof holds. Whatever else a login must fulfil is for the chain to check.
   * @param open the transaction that is submitted then; it must not be changed any more
   * @throws FastChainError what `verifyOwnershipProof` throws; LOGIN_BUSY, CHAIN_STOPPED
   */
  async verify(genesis: FastGenesis, open: OwnershipOpen): Promise<void> {
    if (this.#stopped) throw stopped();
    if (this.#waiting.length >= this.#maxWaiting) {
      throw new FastChainError("LOGIN_BUSY", "too many logins at this time, try again");
    }
    const { grant, login, zkNumber } = open;
    await new Promise<void>((resolve, reject) => {
      const task = { genesis, open: { grant, login, zkNumber } };
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
    this.#held.set(open, genesis);
  }

  /** Ends the threads; what waits is refused. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const workers = [...this.#idle, ...this.#busy.keys()];
    const jobs = [...this.#waiting, ...this.#busy.values()];
    this.#idle.length = 0;
    this.#waiting.length = 0;
    this.#busy.clear();
    for (const { reject } of jobs) reject(stopped());
    await Promise.all(workers.map((worker) => worker.terminate()));
  }

  #next(): void {
    const isFree = this.#idle.length > 0 || this.#busy.size < this.#threads;
    const job = isFree ? this.#waiting.shift() : undefined;
    if (job === undefined) return;
    const worker = this.#idle.pop() ?? this.#start();
    this.#busy.set(worker, job);
    // An idle thread is no reason for a process to stay.
    worker.ref();
    worker.postMessage(job.task);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./proofWorker.ts", import.meta.url), {
      name: "weft login proofs",
    });
    worker.on("message", (answer: ProofAnswer) => this.#onAnswer(worker, answer));
    worker.on("error", (error) => this.#onDeath(worker, error));
    worker.on("exit", () => this.#onDeath(worker, stopped()));
    return worker;
  }

  #onAnswer(worker: Worker, answer: ProofAnswer): void {
    const job = this.#busy.get(worker);
    if (job === undefined) return;
    this.#busy.delete(worker);
    this.#idle.push(worker);
    worker.unref();
    if (answer === undefined) job.resolve();
    else job.reject(new FastChainError(answer.code, answer.message));
    this.#next();
  }

  /** Costs the one login that it had; the next one gets a new thread. */
  #onDeath(worker: Worker, error: Error): void {
    const at = this.#idle.indexOf(worker);
    if (at >= 0) this.#idle.splice(at, 1);
    const job = this.#busy.get(worker);
    this.#busy.delete(worker);
    job?.reject(error);
    if (!this.#stopped) this.#next();
  }
}

function stopped(): FastChainError {
  return new FastChainError("CHAIN_STOPPED", "no logins are verified any more");
}
