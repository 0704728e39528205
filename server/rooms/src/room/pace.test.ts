import { describe, expect, test } from "vitest";
import { ManualClock } from "./manualClock.ts";
import { Pace, type PaceMember } from "./pace.ts";

const PERIOD_MS = 50;

/** Members of one pace that note when they had their turns. */
function enter(count: number, run: (member: number, clock: ManualClock) => void = () => {}) {
  const clock = new ManualClock();
  const pace = new Pace(PERIOD_MS, clock);
  const turns = Array.from({ length: count }, (): number[] => []);
  const leave = turns.map((times, i) => {
    const member: PaceMember = {
      run(nowMs) {
        times.push(nowMs);
        run(i, clock);
      },
    };
    const turn = pace.enter(member);
    return () => turn.leave(member);
  });
  return { clock, turns, leave };
}

describe("members of a pace", () => {
  test("have their turn once a period, few of them alone", () => {
    const { clock, turns, leave } = enter(50);
    clock.run(1_009);
    for (const times of turns) expect(times.length).toBe(20);
    const wakes = new Set(turns.flat());
    expect(wakes.size).toBeLessThanOrEqual(5 * 20);
    for (const [i, time] of [...wakes].sort((a, b) => a - b).entries()) {
      expect(time).toBe(10 * (i + 1));
    }
    for (const end of leave) end();
    expect(clock.waiting).toBe(0);
  });

  test("when there are few, have it all together", () => {
    const { clock, turns } = enter(8);
    clock.run(500);
    expect(new Set(turns.map(String)).size).toBe(1);
  });

  test("that take long let others go first, and all have their turn", () => {
    const { clock, turns } = enter(8, () => (clock.nowMs += 0.6));
    clock.run(PERIOD_MS);
    // Two of them are longer than a slice.
    expect(turns.filter(({ length }) => length === 1)).toHaveLength(2);
    clock.run(2 * PERIOD_MS - 1);
    expect(turns.map(({ length }) => length)).toEqual(Array(8).fill(1));
  });

  test("that take longer than the period don't pile up", () => {
    const { clock, turns, leave } = enter(8, () => (clock.nowMs += 20));
    clock.run(100 * PERIOD_MS);
    const counts = turns.map(({ length }) => length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    expect(clock.waiting).toBeLessThanOrEqual(2);
    for (const end of leave) end();
  });

  test("that fail don't cost others their turn", () => {
    const { clock, turns } = enter(4, (member) => {
      if (member === 1) throw new Error("fails");
    });
    for (let period = 1; period <= 3; period++) {
      expect(() => clock.run(period * PERIOD_MS)).toThrow("fails");
      clock.run(period * PERIOD_MS + 1);
    }
    expect(turns.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
  });

  test("that leave in the middle of a turn don't have it", () => {
    const { clock, turns, leave } = enter(3, (member) => {
      if (member === 0) leave[2]?.();
    });
    clock.run(PERIOD_MS);
    expect(turns.map(({ length }) => length)).toEqual([1, 1, 0]);
  });
});
