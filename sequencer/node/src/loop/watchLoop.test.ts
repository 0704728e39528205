import { performance } from "node:perf_hooks";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { namedStep } from "@weft/ledger";
import { expect, onTestFinished, test } from "vitest";
import { type LoopBlock, watchLoop } from "./watchLoop.ts";

const HELD_MS = 30;

function hold(): void {
  const endMs = performance.now() + HELD_MS;
  while (performance.now() < endMs);
}

/** Survivors by the thousand: young generations can't be collected fast enough to go unnoticed. */
function makeGarbage(): unknown[] {
  const kept: unknown[] = [];
  for (let i = 0; i < 400_000; i++) kept.push({ i, text: [i] });
  return kept;
}

function watch() {
  const blocks: LoopBlock[] = [];
  const told = new EventTarget();
  const loop = watchLoop({
    thresholdMs: HELD_MS,
    onBlock(block) {
      blocks.push(block);
      told.dispatchEvent(new Event("block"));
    },
  });
  onTestFinished(() => loop.stop());
  /** Resolves with the first block in which something of that name was done. */
  const blockWith = async (name: string): Promise<LoopBlock> => {
    for (;;) {
      const found = blocks.find(({ work }) => work.some((piece) => piece.name === name));
      if (found !== undefined) return found;
      await wait(1);
    }
  };
  return { loop, blockWith, blocks };
}

test.each([
  ["a timer", () => wait(0).then(() => namedStep("held", hold))],
  ["an immediate", () => nextTurn().then(() => namedStep("held", hold))],
  ["a microtask", () => Promise.resolve().then(() => namedStep("held", hold))],
])("a turn that is held by %s is told of, with the step that held it", async (_name, work) => {
  const { blockWith } = watch();
  await work();
  const { durationMs, cpuMs, work: done } = await blockWith("held");
  expect(durationMs).toBeGreaterThanOrEqual(HELD_MS);
  expect(cpuMs).toBeGreaterThan(0);
  // A garbage collection may have taken longer.
  const held = done.find(({ name }) => name === "held");
  expect(held?.durationMs).toBeGreaterThanOrEqual(HELD_MS);
});

test("garbage collections are named by their kind", async () => {
  const { blocks } = watch();
  await nextTurn();
  const kept = makeGarbage();
  namedStep("held", hold);
  while (!blocks.some(({ work }) => work.some(({ name }) => name.startsWith("gc: "))))
    await wait(1);
  expect(kept.length).toBeGreaterThan(0);
});

test("waiting isn't counted: turns and idle time together are no longer than what passed", async () => {
  const startMs = performance.now();
  const startIdleMs = performance.nodeTiming.idleTime;
  const { loop } = watch();
  const { turnsNs } = loop;
  while (turnsNs.count < 20 || performance.nodeTiming.idleTime === startIdleMs) await wait(5);
  const turnsMs = (turnsNs.mean * turnsNs.count) / 1e6;
  const idleMs = performance.nodeTiming.idleTime - startIdleMs;
  // A histogram has three digits.
  expect(turnsMs * 0.99 + idleMs).toBeLessThanOrEqual(performance.now() - startMs);
});

test("once it is stopped nothing is measured, and steps run without a listener", async () => {
  const { loop, blocks } = watch();
  loop.stop();
  const { count } = loop.turnsNs;
  // Told when it was stopped, if the machine held a turn up before.
  const told = blocks.length;
  await wait(1);
  expect(namedStep("held", () => 7)).toBe(7);
  for (let i = 0; i < 10; i++) await wait(1);
  expect(loop.turnsNs.count).toBe(count);
  expect(blocks.length).toBe(told);
});

test("an error goes through a named step", () => {
  watch();
  const problem = new Error("of the step");
  expect(() =>
    namedStep("fails", () => {
      throw problem;
    }),
  ).toThrow(problem);
});
