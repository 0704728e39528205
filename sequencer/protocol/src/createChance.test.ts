import { expect, test } from "vitest";
import { createChance, createRandom } from "./createChance.ts";

test("the same seed gives the same numbers, today as when it was printed", () => {
  const chance = createChance(7);
  expect([chance(), chance(), chance()]).toEqual([
    0.011704753153026104, 0.06195825757458806, 0.97690763277933,
  ]);
  const random = createRandom(7);
  expect([random(1000), random(1000), random(1000)]).toEqual([11, 61, 976]);
});

test("numbers are spread over all that is below the limit", () => {
  const random = createRandom(1);
  const counts = new Array<number>(10).fill(0);
  for (let draw = 0; draw < 10_000; draw++) {
    const drawn = random(10);
    counts[drawn] = (counts[drawn] ?? 0) + 1;
  }
  expect(counts).toHaveLength(10);
  expect(Math.min(...counts)).toBeGreaterThan(900);
});

test("neighbouring seeds go ways of their own, and a seed over 32 bits is its lower ones", () => {
  const first = (seed: number) => createChance(seed)();
  expect(new Set([0, 1, 2, 3, 4].map(first)).size).toBe(5);
  expect(first(2 ** 32 + 7)).toBe(first(7));
});
