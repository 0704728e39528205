import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SlewedClock } from "./slewedClock.ts";

const FREE = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
const createClock = () => new SlewedClock({ unitMs: 50, maxSlew: 0.1, jumpMs: 500 });

describe("a slewed clock", () => {
  test("starts at its target, and runs with it", () => {
    const clock = createClock();
    expect(clock.at(0)).toBeUndefined();
    expect(clock.follow(100, 1000, FREE)).toBe(100);
    expect(clock.follow(101, 1050, FREE)).toBe(101);
    expect(clock.at(1075)).toBe(101.5);
  });

  test("comes to a target that is off, never faster or slower than by a tenth", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 400, maxLength: 400 }),
        (off, framesMs) => {
          const clock = createClock();
          let nowMs = 0;
          let last = clock.follow(0, nowMs, FREE);
          for (const frameMs of framesMs) {
            nowMs += frameMs;
            const next = clock.follow(nowMs / 50 + off, nowMs, FREE);
            const rate = ((next - last) * 50) / frameMs;
            expect(rate).toBeGreaterThan(0.9 - 1e-6);
            expect(rate).toBeLessThan(1.1 + 1e-6);
            last = next;
          }
          expect(Math.abs(nowMs / 50 + off - last)).toBeLessThan(Math.abs(off) / 2 + 1e-6);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("jumps to a target that is far off", () => {
    const clock = createClock();
    clock.follow(0, 0, FREE);
    expect(clock.follow(30, 50, FREE)).toBe(30);
    expect(clock.follow(5, 100, FREE)).toBe(5);
  });

  test("stays in its bounds, and goes on from there", () => {
    const clock = createClock();
    clock.follow(0, 0, FREE);
    expect(clock.follow(2, 100, { min: 0, max: 1 })).toBe(1);
    expect(clock.follow(2, 100, { min: 0, max: 9 })).toBe(1);
    expect(clock.follow(3, 150, { min: 0, max: 9 })).toBeCloseTo(2.05);
    expect(clock.follow(4, 200, { min: 6, max: 9 })).toBe(6);
  });
});
