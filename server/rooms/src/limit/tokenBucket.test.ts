import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { KeyedBuckets } from "./keyedBuckets.ts";
import { TokenBucket } from "./tokenBucket.ts";

describe("TokenBucket", () => {
  test("lets a burst pass, then as many as come in by and by", () => {
    const bucket = new TokenBucket(10, 3, 0);
    expect([1, 2, 3, 4].map(() => bucket.take(0))).toEqual([true, true, true, false]);
    expect(bucket.take(99)).toBe(false);
    expect(bucket.take(100)).toBe(true);
    expect(bucket.take(100)).toBe(false);
  });

  test.each([0, 2 ** 31 - 50, 2 ** 32 - 50, 1_763_760_000_000])(
    "counts on where its time goes round, from %i on",
    (startMs) => {
      const bucket = new TokenBucket(10, 3, startMs);
      for (let i = 0; i < 3; i++) expect(bucket.take(startMs)).toBe(true);
      expect(bucket.take(startMs + 99)).toBe(false);
      expect(bucket.take(startMs + 100)).toBe(true);
      // Set back by an hour, and on from there.
      expect(bucket.take(startMs - 3_600_000)).toBe(false);
      expect(bucket.take(startMs - 3_600_000 + 100)).toBe(true);
      expect(bucket.take(startMs - 3_600_000 + 199)).toBe(false);
    },
  );

  test("never lets more pass than burst and rate allow, whatever the clock does", () => {
    const steps = fc.array(fc.integer({ min: -5_000, max: 5_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(steps, (deltas) => {
        const bucket = new TokenBucket(100, 20, 0);
        let nowMs = 0;
        let forwardMs = 0;
        let passed = 0;
        for (const delta of deltas) {
          nowMs += delta;
          forwardMs += Math.max(0, delta);
          if (bucket.take(nowMs)) passed++;
        }
        expect(passed).toBeLessThanOrEqual(20 + forwardMs / 10);
      }),
    );
  });
});

describe("KeyedBuckets", () => {
  test("keeps keys apart, and forgets the one that was used longest ago", () => {
    const buckets = new KeyedBuckets({ perSecond: 1, burst: 1, maxKeys: 2 });
    expect(buckets.take("a", 0)).toBe(true);
    expect(buckets.take("b", 0)).toBe(true);
    expect(buckets.take("a", 0)).toBe(false);
    expect(buckets.take("c", 0)).toBe(true);
    // "b" was forgotten, so it starts anew; "a" was not.
    expect(buckets.take("a", 0)).toBe(false);
    expect(buckets.take("b", 0)).toBe(true);
  });
});
