import { Worker } from "node:worker_threads";
import { assert } from "@weft/protocol";
import type { SealTask } from "../types.ts";
import { isSigned, packSeals, type SignedTask } from "./sealBatch.ts";
import { noteVerdict } from "./sealClaim.ts";

/** Seals of one message: some 7 ms for the thread, and as little as a ms for what the answer lets happen here. */
const MAX_BATCH_SEALS = 64;
/** Seals that may wait for the thread: less than half a second's work. */
const MAX_WAITING_SEALS = 4_096;
/** After the thread has died: what kills it at once must not be met at every seal. */
const RESTART_PAUSE_MS = 1_000;

/** "unknown": the thread died, or was stopped. */
export type SealVerdict = "holds" | "invalid" | "unknown";

/** What the thread says: first that it is there, then of each batch a byte a seal, 1 where it holds. */
export type SealAnswer = "ready" | Uint8Array;

type Job = SignedTask & { readonly onVerdict: (verdict: SealVerdict) => void };

export type SealVerifierOptions = {
  readonly maxWaiting?: number;
  readonly restartPauseMs?: number;
  readonly startWorker?: () => Worker;
  /** The thread died. It is started again with a later seal. */
  readonly onDied?: (error: Error) => void;
};

/**
 * Verifies seals in a worker thread, many with one message, so that a report doesn't verify them on the thread that serves
 * rooms: what it finds is noted with the claim (`sealClaim.ts`).
 */
export class SealVerifier {
  readonly #options: Required<Omit<SealVerifierOptions, "onDied">> & SealVerifierOptions;
  #worker: Worker | undefined;
  #isReady = false;
  #waiting: Job[] = [];
  /** What the thread has. */
  #underWay: readonly Job[] = [];
  #gathering: NodeJS.Timeout | undefined;
  /** When that ends, as `performance.now()` has it. */
  #gatheredAtMs = 0;
  /** What waits has gathered long enough: it goes when the thread is free. */
  #isDue = false;
  #resting: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SealVerifierOptions = {}) {
    this.#options = {
      maxWaiting: MAX_WAITING_SEALS,
      restartPauseMs: RESTART_PAUSE_MS,
      startWorker,
      ...options,
    };
  }

  /**
   * Has a seal verified. The first one starts the thread.
   * @param withinMs how long it may gather with others before they go to the thread, unless a message is full before: a message and
   * its answer cost both threads about as much as a verification or more
   * @param onVerdict is called once, never before this returns
   * @returns false when it isn't taken: the thread isn't there (yet, or after it died), or so many wait that it is behind. Then
   * whoever must know verifies (`sealHolds`).
   */
  verify(task: SealTask, withinMs: number, onVerdict: (verdict: SealVerdict) => void): boolean {
    if (!this.#isReady) {
      this.#start();
      return false;
    }
    if (this.#waiting.length >= this.#options.maxWaiting || !isSigned(task)) return false;
    const { key, claim } = task;
    this.#waiting.push({ key, claim, onVerdict });
    if (this.#waiting.length >= MAX_BATCH_SEALS) this.#onGathered();
    else this.#gather(withinMs);
    return true;
  }

  /** What waits goes at the latest when the first of it is due. */
  #gather(withinMs: number): void {
    const dueMs = performance.now() + withinMs;
    if (this.#gathering !== undefined && this.#gatheredAtMs <= dueMs) return;
    clearTimeout(this.#gathering);
    this.#gatheredAtMs = dueMs;
    this.#gathering = setTimeout(() => this.#onGathered(), withinMs);
  }

  /** Ends the thread. What waits is given back: "unknown". */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#resting);
    const worker = this.#worker;
    this.#forget();
    await worker?.terminate();
  }

  #start(): void {
    if (this.#worker !== undefined || this.#resting !== undefined || this.#stopped) return;
    const worker = this.#options.startWorker();
    this.#worker = worker;
    worker.on("message", (answer: SealAnswer) => {
      if (worker !== this.#worker) return;
      if (answer === "ready") this.#isReady = true;
      else this.#onAnswer(worker, answer);
    });
    worker.on("error", (error) => this.#onDeath(worker, error));
    worker.on("exit", () => this.#onDeath(worker, new Error("the thread has ended")));
    // An idle thread is no reason for a process to stay.
    worker.unref();
  }

  #onGathered(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#isDue = true;
    this.#send();
  }

  #send(): void {
    const worker = this.#worker;
    if (!this.#isDue || worker === undefined || this.#underWay.length > 0) return;
    const batch = this.#waiting.splice(0, MAX_BATCH_SEALS);
    this.#isDue = this.#waiting.length > 0;
    if (batch.length === 0) return;
    this.#underWay = batch;
    const packed = packSeals(batch);
    worker.ref();
    worker.postMessage(packed, [packed.buffer]);
  }

  #onAnswer(worker: Worker, held: Uint8Array): void {
    const batch = this.#underWay;
    assert(held.length === batch.length, "the thread answers what it was asked");
    this.#underWay = [];
    worker.unref();
    // The thread goes on while the answers are dealt with here.
    this.#send();
    batch.forEach((job, index) => {
      const holds = held[index] === 1;
      noteVerdict(job.claim, holds);
      job.onVerdict(holds ? "holds" : "invalid");
    });
  }

  #onDeath(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#forget();
    const { restartPauseMs, onDied } = this.#options;
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
    }, restartPauseMs).unref();
    onDied?.(error);
  }

  /** There is no thread any more. */
  #forget(): void {
    this.#worker = undefined;
    this.#isReady = false;
    this.#isDue = false;
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    const jobs = [...this.#underWay, ...this.#waiting];
    this.#underWay = [];
    this.#waiting = [];
    // Nobody is to hear of it before the call returns that found out.
    setImmediate(() => {
      for (const { onVerdict } of jobs) onVerdict("unknown");
    });
  }
}

function startWorker(): Worker {
  return new Worker(new URL("./sealWorker.ts", import.meta.url), { name: "weft seals" });
}
