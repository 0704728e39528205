import { expect, test } from "vitest";
import { clockText, countdownOf, secondsLeft } from "./clock.ts";

test("seconds count down to zero", () => {
  expect([61, 60, 31, 30, 1, 0].map((ticksLeft) => secondsLeft({ ticksLeft }))).toEqual([
    3, 2, 2, 1, 1, 0,
  ]);
  expect([0, 7, 45, 60, 75].map(clockText)).toEqual(["0:00", "0:07", "0:45", "1:00", "1:15"]);
});

test("a countdown says 3, 2, 1, and nothing outside", () => {
  const at = (countdownTicks: number) => countdownOf({ phase: "countdown", countdownTicks });
  expect([90, 61, 60, 30, 1, 0].map(at)).toEqual([3, 3, 2, 1, 1, 1]);
  expect(countdownOf({ phase: "playing", countdownTicks: 9 })).toBe(0);
});
