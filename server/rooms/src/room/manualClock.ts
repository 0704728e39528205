import type { PaceClock } from "./pace.ts";

/** A clock that stands still until it is told to go on. */
export class ManualClock implements PaceClock {
  nowMs = 0;
  #timers: { atMs: number; callback: () => void }[] = [];

  now = () => this.nowMs;

  setTimeout(callback: () => void, ms: number) {
    const timer = { atMs: this.nowMs + ms, callback };
    this.#timers.push(timer);
    return timer;
  }

  clearTimeout(handle: unknown) {
    this.#timers = this.#timers.filter((timer) => timer !== handle);
  }

  /** Goes on; timers that are due run late by `lateMs`. */
  run(untilMs: number, lateMs = 0) {
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs + lateMs > untilMs) break;
      this.clearTimeout(next);
      this.nowMs = Math.max(this.nowMs, next.atMs + lateMs);
      next.callback();
    }
    this.nowMs = untilMs;
  }

  get waiting() {
    return this.#timers.length;
  }
}
