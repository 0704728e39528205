import { expect, test } from "vitest";
import { MAX_CATCH_UP_TICKS } from "../limits.ts";
import { Ticker, type TickerClock } from "./ticker.ts";

/** A clock that stands still until it is told to go on. */
class ManualClock implements TickerClock {
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

test("ticks at its rate, without drift when timers are late", () => {
  const clock = new ManualClock();
  let ticks = 0;
  const ticker = new Ticker(30, () => ticks++, clock);
  clock.run(10_005, 4);
  expect(ticks).toBe(300);
  ticker.stop();
});

test("makes up for a short hitch, and drops what a long one cost", () => {
  const clock = new ManualClock();
  let ticks = 0;
  const ticker = new Ticker(10, () => ticks++, clock);
  clock.nowMs = 350;
  clock.run(350);
  expect(ticks).toBe(3);
  clock.nowMs = 60_000;
  clock.run(60_000);
  expect(ticks).toBe(3 + MAX_CATCH_UP_TICKS);
  clock.run(61_000);
  expect(ticks).toBe(3 + MAX_CATCH_UP_TICKS + 10);
  ticker.stop();
});

test("stops for good, also from within a tick", () => {
  const clock = new ManualClock();
  let ticks = 0;
  const ticker = new Ticker(
    10,
    () => {
      ticks++;
      ticker.stop();
    },
    clock,
  );
  clock.nowMs = 1000;
  clock.run(5000);
  expect(ticks).toBe(1);
  expect(clock.waiting).toBe(0);
});
