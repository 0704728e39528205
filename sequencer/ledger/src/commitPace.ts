import { COMMIT_INTERVAL_MS } from "./limits.ts";

/** What a store needs of time. */
export type CommitClock = {
  /** Rises evenly whatever is done to the machine's clock. */
  monotonicMs(): number;
  /** Calls `run` after a time. @returns what calls it off. */
  after(delayMs: number, run: () => void): () => void;
};

export const systemClock: CommitClock = {
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

/**
 * When a commit begins: `COMMIT_INTERVAL_MS` after the one before began, at once after a rest, or when
 * somebody waits. A commit costs some 0.5 ms of processor on all threads together, however little is in it.
 */
export class CommitPace {
  readonly #clock: CommitClock;
  #begunMs = -Infinity;
  #isHurried = false;
  /** Ends the waiting. */
  #go: (() => void) | undefined;

  constructor(clock: CommitClock) {
    this.#clock = clock;
  }

  /** Somebody waits for what the next commit takes. */
  hurry(): void {
    this.#isHurried = true;
    this.#go?.();
  }

  /** Resolves when the next commit is to begin. */
  async turn(): Promise<void> {
    const leftMs = this.#begunMs + COMMIT_INTERVAL_MS - this.#clock.monotonicMs();
    if (leftMs > 0 && !this.#isHurried) {
      await new Promise<void>((resolve) => {
        const callOff = this.#clock.after(leftMs, resolve);
        this.#go = () => {
          callOff();
          resolve();
        };
      });
      this.#go = undefined;
    }
    this.#isHurried = false;
    this.#begunMs = this.#clock.monotonicMs();
  }
}
