import { timestampMs } from "@weft/protocol";
import { createChance } from "@weft/protocol/testing";
import { expect, onTestFinished, test, vi } from "vitest";
import { BLOCK_INTERVAL_MS } from "./fastChain.ts";
import { RootWork } from "./rootWork.ts";
import { createTestChain, createTestRoom, FAST } from "./testChain.ts";

/** What a state root takes in these tests. */
const ROOT_MS = 4;
const T0 = 1_700_000_000_000;

/** A chain on a clock of its own, and a room in which something happens when it is told. */
function createPacedChain(lateMs: () => number = () => 0) {
  let nowMs = T0;
  let alarm: { readonly atMs: number; readonly run: () => void } | undefined;
  const original = RootWork.prototype.run;
  const spy = vi.spyOn(RootWork.prototype, "run").mockImplementation(function (
    this: RootWork,
    maxBytes,
  ) {
    nowMs += ROOT_MS;
    return original.call(this, maxBytes);
  });
  onTestFinished(() => spy.mockRestore());
  const test = createTestChain(undefined, {
    nowMs: () => timestampMs(nowMs),
    after(delayMs, run) {
      alarm = { atMs: nowMs + delayMs + lateMs(), run };
      return () => {
        alarm = undefined;
      };
    },
  });
  const journal = createTestRoom(test);
  const ordered: { readonly atMs: number; readonly isCheckpoint: boolean }[] = [];
  let newest = test.ledger.chainHead(FAST);
  /** Lets a millisecond pass, with an event or without. */
  const step = (isBusy: boolean) => {
    nowMs++;
    if (isBusy) journal.append({ type: "tick", nowMs: timestampMs(nowMs) });
    if (alarm !== undefined && nowMs >= alarm.atMs) {
      const { run } = alarm;
      alarm = undefined;
      run();
    }
    const head = test.ledger.chainHead(FAST);
    if (head === newest) return;
    const isCheckpoint = head?.header.stateRoot !== newest?.header.stateRoot;
    newest = head;
    ordered.push({ atMs: nowMs, isCheckpoint });
  };
  return { ordered, step, nowMs: () => nowMs };
}

test("while there is always something to order, blocks are evenly apart, also those with a new state root", () => {
  const { ordered, step } = createPacedChain();
  while (ordered.filter(({ isCheckpoint }) => isCheckpoint).length < 4) step(true);
  // How long a root takes is known after the first.
  const known = ordered.slice(ordered.findIndex(({ isCheckpoint }) => isCheckpoint) + 1);
  const gaps = known.slice(1).map(({ atMs }, index) => atMs - (known[index]?.atMs ?? Number.NaN));
  expect(known.filter(({ isCheckpoint }) => isCheckpoint).length).toBe(3);
  expect(new Set(gaps)).toEqual(new Set([BLOCK_INTERVAL_MS]));
});

test("timers that come late don't make the gap before a new state root longer than others", () => {
  const chance = createChance(1);
  const { ordered, step } = createPacedChain(() => (chance() < 0.5 ? 0 : 1));
  while (ordered.filter(({ isCheckpoint }) => isCheckpoint).length < 20) step(true);
  const known = ordered.slice(ordered.findIndex(({ isCheckpoint }) => isCheckpoint) + 1);
  const gaps = known.slice(1).map(({ atMs }, index) => atMs - (known[index]?.atMs ?? Number.NaN));
  expect(Math.max(...gaps)).toBeLessThanOrEqual(BLOCK_INTERVAL_MS + 1);
});

test("after a rest a block gathers for as long as it may", () => {
  const { ordered, step, nowMs } = createPacedChain();
  for (let i = 0; i < 3 * BLOCK_INTERVAL_MS; i++) step(false);
  ordered.length = 0;
  const firstMs = nowMs() + 1;
  step(true);
  for (let i = 0; i < 3 * BLOCK_INTERVAL_MS; i++) step(false);
  expect(ordered.map(({ atMs }) => atMs)).toEqual([firstMs + BLOCK_INTERVAL_MS]);
});
