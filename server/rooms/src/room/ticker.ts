import { MAX_CATCH_UP_TICKS } from "../limits.ts";

/** What a ticker needs of time, so that a test can own it. */
export type TickerClock = {
  /** Monotonic, in ms, with fractions. */
  now(): number;
  setTimeout(callback: () => void, ms: number): unknown;
  clearTimeout(handle: unknown): void;
};

const systemClock: TickerClock = {
  now: () => performance.now(),
  setTimeout: (callback, ms) => setTimeout(callback, ms),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/**
 * Calls back `rateHz` times a second. Each tick is due at a fixed time after the first, so that late timers
 * don't add up; after a hitch at most `MAX_CATCH_UP_TICKS` are made up for and the rest is dropped, which
 * harms nothing since ticks are recorded in the ledger as they happened.
 */
export class Ticker {
  readonly #periodMs: number;
  readonly #tick: () => void;
  readonly #clock: TickerClock;
  #dueMs: number;
  #timer: unknown;
  #stopped = false;

  constructor(rateHz: number, tick: () => void, clock: TickerClock = systemClock) {
    this.#periodMs = 1000 / rateHz;
    this.#tick = tick;
    this.#clock = clock;
    this.#dueMs = clock.now() + this.#periodMs;
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #schedule(): void {
    const waitMs = Math.max(0, this.#dueMs - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => this.#run(), waitMs);
  }

  #run(): void {
    const nowMs = this.#clock.now();
    for (let ran = 0; ran < MAX_CATCH_UP_TICKS && this.#dueMs <= nowMs && !this.#stopped; ran++) {
      this.#dueMs += this.#periodMs;
      this.#tick();
    }
    if (this.#stopped) return;
    if (this.#dueMs <= nowMs) this.#dueMs = nowMs + this.#periodMs;
    this.#schedule();
  }
}
