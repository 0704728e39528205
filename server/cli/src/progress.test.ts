import { expect, test } from "vitest";
import { formatMs, Progress } from "./progress.ts";

/** What is written at these times, by one that gets to 100. */
function linesOf(steps: readonly (readonly [nowMs: number, done: number])[]): string[] {
  const lines: string[] = [];
  let now = 0;
  const progress = new Progress({
    terminal: { write: (text) => lines.push(text) },
    label: "verifying",
    nowMs: () => now,
  });
  for (const [nowMs, done] of steps) {
    now = nowMs;
    progress.update(done, 100);
  }
  return lines;
}

test("what is left is told by the pace since it began, not since it was asked for", () => {
  expect(linesOf([[9_000, 1]])).toEqual(["verifying 1.0 % (1/100)\n"]);
  expect(
    linesOf([
      [4_000, 0],
      [5_000, 1],
      [6_000, 50],
      [14_000, 50],
    ]),
  ).toEqual([
    "verifying 1.0 % (1/100), 1 min 39 s left\n",
    "verifying 50.0 % (50/100), 10.0 s left\n",
  ]);
});

test("durations are told as people say them", () => {
  expect([850, 12_340, 245_000, 7_800_000].map(formatMs)).toEqual([
    "850 ms",
    "12.3 s",
    "4 min 5 s",
    "2 h 10 min",
  ]);
});
