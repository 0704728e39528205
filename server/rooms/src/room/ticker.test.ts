import { expect, test } from "vitest";
import { MAX_CATCH_UP_TICKS } from "../limits.ts";
import { ManualClock } from "./manualClock.ts";
import { Ticker } from "./ticker.ts";

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

test("tickers of one rate tick together, and from their first tick on at their rate", () => {
  const clock = new ManualClock();
  const ticks: [number, number][] = [];
  const tickers = [0, 1, 2].map((of) => {
    clock.run(clock.nowMs + 30);
    return new Ticker(10, () => ticks.push([of, clock.nowMs]), clock);
  });
  clock.run(320);
  expect(ticks.filter(([, atMs]) => atMs > 100)).toEqual(
    [200, 300].flatMap((atMs) => [0, 1, 2].map((of) => [of, atMs])),
  );
  for (const ticker of tickers) ticker.stop();
  expect(clock.waiting).toBe(0);
});
