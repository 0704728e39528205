import { Worker } from "node:worker_threads";
import { assert, type LaneHead, type SessionKey } from "@weft/protocol";
import { type Checks, fullChecks } from "../checks.ts";
import { packSeals, type SealTask, SIGNATURE_BYTES } from "./sealBatch.ts";

/**
 * How long seals gather before they go to the thread, unless somebody waits (`hurry`). A message and its answer cost the
 * serving thread about half of a verification, so one for each seal would gain little. Nobody waits for a seal but its own
 * lane, whose next frame mostly comes later than this.
 */
const GATHER_MS = 25;
/** Seals of one message: some 7 ms for the thread, and as little as a ms for what the answer lets happen here. */
const MAX_BATCH_SEALS = 64;
/** Seals that may wait for the thread: less than half a second's work. */
const MAX_WAITING_SEALS = 4_096;
/** After the thread has died: what kills it at once must not be met at every seal. */
const RESTART_PAUSE_MS = 1_000;
/** Seals given back in one go when the thread has died; each is a verification here. */
const GIVE_BACK_SEALS = 8;

/** "unknown": the thread died, or was stopped; whoever asked has to verify. */
export type SealVerdict = "holds" | "invalid" | "unknown";

/** What the thread says: first that it is there, then of each batch a byte a seal, 1 where it holds. */
export type SealAnswer = "ready" | Uint8Array;

type Job = SealTask & { readonly onVerdict: (verdict: SealVerdict) => void };

export type SealVerifierOptions = {
  readonly gatherMs?: number;
  readonly maxWaiting?: number;
  readonly restartPauseMs?: number;
  readonly startWorker?: () => Worker;
  /** The thread died. It is started again with a later seal. */
  readonly onDied?: (error: Error) => void;
};

/**
 * Verifies seals in a worker thread, many with one message, and remembers which held, so that the chain's host, which takes
 * `seal` as its check, doesn't verify them again on the thread that serves rooms.
 */
export class SealVerifier {
  readonly #options: Required<Omit<SealVerifierOptions, "onDied">> & SealVerifierOptions;
  /** By identity: what is appended has to have the very signature that was verified. */
  readonly #held = new WeakMap<Uint8Array, SealTask>();
  #worker: Worker | undefined;
  #isReady = false;
  #waiting: Job[] = [];
  /** What the thread has. */
  #underWay: readonly Job[] = [];
  #gathering: NodeJS.Timeout | undefined;
  /** What waits has gathered long enough: it goes when the thread is free. */
  #isDue = false;
  #resting: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SealVerifierOptions = {}) {
    this.#options = {
      gatherMs: GATHER_MS,
      maxWaiting: MAX_WAITING_SEALS,
      restartPauseMs: RESTART_PAUSE_MS,
      startWorker,
      ...options,
    };
  }

  /** The chain's check of a seal, but for seals that have held here already. */
  readonly seal: Checks["seal"] = (key, head, signature) => {
    const held = this.#held.get(signature);
    const isKnown = held?.key === key && held.head.seq === head.seq && held.head.hash === head.hash;
    if (!isKnown) fullChecks.seal(key, head, signature);
  };

  /**
   * Has a seal verified. The first one starts the thread.
   * @param signature must not be changed any more
   * @param onVerdict is called once, never before this returns
   * @returns false when the caller has to verify: the thread isn't there (yet, or after it died), or so many wait that it is
   * behind. A refusal would cost honest players their seals, and this slows down only who asks for so many.
   */
  verify(
    key: SessionKey,
    head: LaneHead,
    signature: Uint8Array,
    onVerdict: (verdict: SealVerdict) => void,
  ): boolean {
    if (!this.#isReady) {
      this.#start();
      return false;
    }
    const { maxWaiting, gatherMs } = this.#options;
    // What isn't as long as a signature is refused at once.
    if (this.#waiting.length >= maxWaiting || signature.length !== SIGNATURE_BYTES) return false;
    this.#waiting.push({ key, head, signature, onVerdict });
    this.#gathering ??= setTimeout(() => this.#onGathered(), gatherMs);
    return true;
  }

  /** Something waits for one of the seals: they needn't gather any longer. */
  hurry(): void {
    if (this.#gathering === undefined) return;
    clearTimeout(this.#gathering);
    this.#onGathered();
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
      if (holds) this.#held.set(job.signature, job);
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
    giveBack(jobs);
  }
}

/** A few at a time: verifying them all at once would block whoever does. */
function giveBack(jobs: Job[]): void {
  if (jobs.length === 0) return;
  setImmediate(() => {
    for (const { onVerdict } of jobs.splice(0, GIVE_BACK_SEALS)) onVerdict("unknown");
    giveBack(jobs);
  });
}

function startWorker(): Worker {
  return new Worker(new URL("./sealWorker.ts", import.meta.url), { name: "weft seals" });
}
