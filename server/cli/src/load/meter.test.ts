import { expect, test } from "vitest";
import { Meter } from "./meter.ts";

test("latency is from when an action was due, and what comes of it is taken down", () => {
  const meter = new Meter(1_000);
  for (let nth = 1; nth <= 100; nth++) {
    const dueMs = 1_000 + nth;
    meter.due(dueMs);
    meter.sent(dueMs, dueMs + 2);
    meter.applied(dueMs, dueMs + nth / 2);
    meter.ordered(dueMs, dueMs + nth);
  }
  meter.end(2_000);
  expect(meter.outstanding).toBe(0);
  const { seconds, actions, perSecond, latencyMs, errors, late } = meter.read(9_000);
  expect(seconds).toBe(1);
  expect(actions).toEqual({
    ...{ wanted: 100, sent: 100, applied: 100, ordered: 100 },
    ...{ afterRound: 0, idle: 0 },
  });
  expect(perSecond).toEqual({ wanted: 100, ordered: 100 });
  expect(latencyMs.ordered?.p50).toBeCloseTo(50, 0);
  expect(latencyMs.ordered?.p99).toBeCloseTo(99, 0);
  expect(latencyMs.ordered?.max).toBeCloseTo(100, 0);
  expect(latencyMs.applied?.p90).toBeCloseTo(45, 0);
  expect(late?.max).toBeCloseTo(2, 1);
  expect(errors).toEqual({ total: 0, share: 0, byCode: {} });
});

test("what was due before or after doesn't count, but what was ordered meanwhile is the rate", () => {
  const meter = new Meter(1_000);
  meter.due(999);
  meter.ordered(999, 1_500);
  meter.due(1_500);
  meter.end(2_000);
  meter.due(2_000);
  meter.ordered(1_500, 2_500);
  const { actions, perSecond } = meter.read(3_000);
  expect(actions).toMatchObject({ wanted: 1, ordered: 1 });
  expect(perSecond).toEqual({ wanted: 1, ordered: 1 });
});

test("of the moment counts what is heard of then, however long ago it was due", () => {
  const meter = new Meter(1_000, Number.NEGATIVE_INFINITY);
  meter.ordered(500, 1_500);
  const { perSecond, latencyMs } = meter.read(2_000);
  expect(perSecond.ordered).toBe(1);
  expect(latencyMs.ordered?.max).toBeCloseTo(1_000, -1);
});

test("errors by code, as a share of what was wanted; what nobody answered took this long at least", () => {
  const meter = new Meter(0);
  for (const dueMs of [1, 2, 3, 4, 5, 6]) meter.due(dueMs);
  meter.idle(1);
  meter.unsent(2, "NOT_CONNECTED");
  meter.sent(3, 3);
  meter.unanswered(3, 803, "UNANSWERED");
  meter.refused(4, "ACTION_FAILED");
  meter.ordered(4, 10);
  meter.afterRound(5);
  meter.ordered(5, 10);
  expect(meter.outstanding).toBe(1);
  const { actions, errors, latencyMs } = meter.read(1_000);
  expect(actions).toMatchObject({ wanted: 5, idle: 1, ordered: 2, afterRound: 1 });
  expect(errors).toEqual({
    total: 3,
    share: 3 / 5,
    byCode: { NOT_CONNECTED: 1, UNANSWERED: 1, ACTION_FAILED: 1 },
  });
  expect(latencyMs.ordered?.max).toBeCloseTo(800, 0);
});

test("nothing measured is no latency, and no division by zero", () => {
  expect(new Meter(5).read(5)).toMatchObject({
    perSecond: { wanted: 0, ordered: 0 },
    latencyMs: { applied: null, ordered: null },
    errors: { share: 0 },
    late: null,
  });
});
