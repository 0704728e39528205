import { expect, test } from "vitest";
import { median, percentile } from "./percentile.ts";

test("the value that a share of all lies below, whatever their order", () => {
  const values = Array.from({ length: 100 }, (_, i) => 99 - i);
  expect([0, 0.5, 0.99, 1].map((share) => percentile(values, share))).toEqual([0, 50, 99, 99]);
  expect(values[0]).toBe(99);
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 3, 7]);
  expect(median([])).toBeNaN();
});
