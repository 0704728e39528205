import { describe, expect, test } from "vitest";
import { type Bounds, judge, percent } from "./bounds.ts";
import { findKnee, type JudgedStep, stepsUpTo } from "./findKnee.ts";
import { judgeGenerator } from "./generator.ts";
import type { StepResult } from "./loadRun.ts";
import { Meter } from "./meter.ts";
import { Pacer } from "./pacer.ts";

const RATE = 10;
const MEASURE_MS = 2_000;
const BOUNDS: Bounds = { maxP99Ms: 100, maxErrors: 0.01, minRate: 0.95 };

type FakeServer = {
  /** Actions a second. */
  readonly capacity: number;
  /** It drops all that would have to wait for longer. */
  readonly maxWaitMs?: number;
};

/** A server that does one action after another, on a clock that nobody waits for. */
function createFakeServer({ capacity, maxWaitMs = Infinity }: FakeServer) {
  const [pacer, perActionMs] = [new Pacer(RATE), 1000 / capacity];
  let [nowMs, freeMs] = [0, 0];
  return async (clients: number): Promise<StepResult> => {
    pacer.setClients(clients, nowMs);
    const meter = new Meter(nowMs);
    nowMs += MEASURE_MS;
    meter.end(nowMs);
    pacer.take(nowMs, (_client, dueMs) => {
      meter.due(dueMs);
      meter.sent(dueMs, dueMs);
      if (freeMs - dueMs > maxWaitMs) return meter.unsent(dueMs, "SEND_BUFFER_FULL");
      freeMs = Math.max(freeMs, dueMs) + perActionMs;
      meter.applied(dueMs, freeMs);
      meter.ordered(dueMs, freeMs);
    });
    return { ...meter.read(nowMs), ...REST, clients, connected: clients };
  };
}

const REST = {
  rooms: 1,
  notJoined: {},
  lost: {},
  refusals: {},
  bytesPerSecond: { in: 0, out: 0 },
  generator: judgeGenerator(0.1, 0.1, null),
};

const search = async (run: (clients: number) => Promise<StepResult | undefined>, clients = 100) => {
  const told: JudgedStep[] = [];
  const onStep = (step: JudgedStep) => void told.push(step);
  const knee = await findKnee({ clients: stepsUpTo(clients, 10), bounds: BOUNDS, run, onStep });
  expect(told).toEqual(knee.steps);
  return knee;
};

describe("findKnee", () => {
  test("the knee is the last step that held, and nothing is tried after the first that didn't", async () => {
    const { steps, knee, isFound } = await search(createFakeServer({ capacity: 455 }));
    expect(steps.map(({ clients }) => clients)).toEqual([10, 20, 30, 40, 50]);
    expect(knee).toMatchObject({ clients: 40, broken: [] });
    expect(isFound).toBe(true);
    const codes = steps.at(-1)?.broken.map(({ code }) => code);
    expect(codes).toEqual(["P99", "RATE"]);
  });

  test("a server that drops what it can't do has a knee as well", async () => {
    const { steps, knee } = await search(createFakeServer({ capacity: 755, maxWaitMs: 20 }));
    expect(knee?.clients).toBe(70);
    expect(steps.at(-1)?.broken.map(({ code }) => code)).toEqual(["ERRORS", "RATE"]);
  });

  test("no knee where all holds; none that held where the first step doesn't", async () => {
    expect(await search(createFakeServer({ capacity: 2_000 }))).toMatchObject({
      knee: { clients: 100 },
      isFound: false,
    });
    const none = await search(createFakeServer({ capacity: 50 }));
    expect(none).toMatchObject({ knee: undefined, isFound: true });
    expect(none.steps).toHaveLength(1);
  });

  test("called off, it has what was found by then", async () => {
    const run = createFakeServer({ capacity: 2_000 });
    const found = await search(async (clients) => (clients > 30 ? undefined : run(clients)));
    expect(found).toMatchObject({ knee: { clients: 30 }, isFound: false });
  });

  test("the last step is all clients, however they divide", () => {
    expect(stepsUpTo(25, 10)).toEqual([10, 20, 25]);
    expect(stepsUpTo(3, 10)).toEqual([3]);
  });
});

describe("judge", () => {
  const good = () => createFakeServer({ capacity: 1_000 })(10);
  const codesOf = (result: StepResult, bounds: Partial<Bounds> = {}) =>
    judge(result, { ...BOUNDS, ...bounds }).map(({ code }) => code);

  test("what is within all bounds holds", async () => {
    expect(judge(await good(), BOUNDS)).toEqual([]);
  });

  test.each<[string, Partial<StepResult>]>([
    ["SERVER_LOST", { connected: 0 }],
    ["JOINS", { notJoined: { JOIN_REFUSED: 2 } }],
    ["ERRORS", { errors: { total: 3, share: 0.015, byCode: { ACTION_FAILED: 3 } } }],
    ["RATE", { perSecond: { wanted: 100, ordered: 94 } }],
    ["P99", { latencyMs: { applied: null, ordered: null } }],
  ])("%s", async (code, change) => {
    expect(codesOf({ ...(await good()), ...change })).toEqual([code]);
  });

  test("LOST, where no bound for errors decides", async () => {
    const lossy = { ...(await good()), lost: { 4100: 3 } };
    expect(codesOf(lossy, { maxErrors: undefined })).toEqual(["LOST"]);
    expect(codesOf(lossy)).toEqual([]);
  });

  test("what nobody asked for isn't judged, but that there was something is", async () => {
    const late = await createFakeServer({ capacity: 10 })(100);
    expect(
      codesOf(late, { maxP99Ms: undefined, maxErrors: undefined, minRate: undefined }),
    ).toEqual([]);
    expect(codesOf(await createFakeServer({ capacity: 10 })(0))).toEqual(["NOTHING_MEASURED"]);
  });

  test("the generator is the bottleneck when it is busy, or late", () => {
    const late = (p99: number) => ({ p50: 1, p90: 1, p99, p999: p99, max: p99 });
    expect(judgeGenerator(0.5, 0.5, late(3)).isBottleneck).toBe(false);
    expect(judgeGenerator(0.95, 0.9, late(3)).isBottleneck).toBe(true);
    expect(judgeGenerator(0.5, 0.5, late(30)).isBottleneck).toBe(true);
  });

  test("shares are told as percent", () => {
    expect([0, 1, 0.0123, 0.000_004_56].map(percent)).toEqual([
      "0 %",
      "100 %",
      "1.23 %",
      "0.000456 %",
    ]);
  });
});
