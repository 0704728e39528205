import type { LedgerBlock } from "@weft/rpc/answers";
import { expect, test } from "vitest";
import { PACE_MS } from "../limits.ts";
import { paceOf } from "./pace.ts";

const block = (timestampMs: number, ...events: readonly (number | undefined)[]) =>
  ({
    timestampMs,
    transactions: events.map((count) => (count === undefined ? {} : { events: count })),
  }) as unknown as LedgerBlock;
const START_MS = 1_700_000_000_000;
const blocks = [
  block(START_MS, 3),
  block(START_MS - 10, 4, undefined),
  block(START_MS - PACE_MS - 1, 100),
];

test("counts the newest stretch: a room's events each, anything else as one", () => {
  expect(paceOf(blocks, 0)).toEqual({ blocksPerSecond: 1, eventsPerSecond: 4 });
});

test("an idle ledger has no pace, however fast it was", () => {
  expect(paceOf(blocks, PACE_MS - 5)).toEqual({ blocksPerSecond: 1, eventsPerSecond: 2 });
  expect(paceOf(blocks, PACE_MS)).toEqual({ blocksPerSecond: 0, eventsPerSecond: 0 });
  expect(paceOf([], 0)).toEqual({ blocksPerSecond: 0, eventsPerSecond: 0 });
});
