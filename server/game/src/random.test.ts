import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SeededRandom } from "./random.ts";
import { hashOf } from "./testing.ts";

const seeds = fc.nat().map(hashOf);

describe("randomness", () => {
  test("is the seed's, and goes on from a saved state", () => {
    fc.assert(
      fc.property(seeds, fc.nat({ max: 50 }), (seed, count) => {
        const random = new SeededRandom(seed);
        for (let i = 0; i < count; i++) random.float();
        const saved = random.state;
        const draws = [random.int(-5, 5), random.float(), random.chance(0.5)];
        random.state = saved;
        expect([random.int(-5, 5), random.float(), random.chance(0.5)]).toEqual(draws);
      }),
    );
  });

  test("never changes between versions: rounds in old ledgers depend on it", () => {
    const random = new SeededRandom(hashOf(1));
    const draws = Array.from({ length: 6 }, () => random.int(1, 1_000_000));
    expect(draws).toMatchInlineSnapshot(`
      [
        462290,
        593404,
        709587,
        943642,
        974234,
        169558,
      ]
    `);
    expect(random.float()).toMatchInlineSnapshot(`0.17561123843236315`);
  });

  test("keeps to its ranges, both ends of an int included", () => {
    fc.assert(
      fc.property(seeds, fc.maxSafeInteger(), fc.maxSafeInteger(), (seed, a, b) => {
        const [min, max] = a < b ? [a, b] : [b, a];
        const random = new SeededRandom(seed);
        const drawn = random.int(min, max);
        expect(drawn).toBeGreaterThanOrEqual(min);
        expect(drawn).toBeLessThanOrEqual(max);
        const float = random.float();
        expect(float >= 0 && float < 1).toBe(true);
      }),
    );
    const random = new SeededRandom(hashOf(3));
    const faces = new Set(Array.from({ length: 200 }, () => random.int(1, 6)));
    expect([...faces].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect([random.chance(0), random.chance(1)]).toEqual([false, true]);
  });

  test("shuffles and picks what is there, and leaves the list alone", () => {
    fc.assert(
      fc.property(seeds, fc.array(fc.integer(), { minLength: 1 }), (seed, list) => {
        const random = new SeededRandom(seed);
        const copy = [...list];
        const order = (a: number, b: number) => a - b;
        expect(random.shuffle(list).sort(order)).toEqual([...list].sort(order));
        expect(list).toContain(random.pick(list));
        expect(list).toEqual(copy);
      }),
    );
  });

  test("refuses what can't be drawn: RANDOM_INVALID", () => {
    const random = new SeededRandom(hashOf(1));
    const wrong = [
      () => random.int(2, 1),
      () => random.int(0.5, 2),
      () => random.int(0, Number.POSITIVE_INFINITY),
      () => random.chance(2),
      () => random.chance(Number.NaN),
      () => random.pick([]),
    ];
    for (const draw of wrong) {
      expect(draw).toThrow(expect.objectContaining({ code: "RANDOM_INVALID" }));
    }
  });
});
