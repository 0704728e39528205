import { expect, test } from "vitest";
import { silentLogger } from "../logger.ts";
import { createWarner } from "./warnOfBlocks.ts";
import type { LoopBlock } from "./watchLoop.ts";

const block: LoopBlock = {
  endedMs: 1000,
  durationMs: 61.23,
  cpuMs: 40.06,
  work: [{ name: "fast block", durationMs: 39.96 }],
};

test("it warns at most every ten seconds, and says how many it left out", () => {
  const warnings: unknown[] = [];
  let nowMs = 5;
  const warn = createWarner({
    thresholdMs: 50,
    logger: { ...silentLogger, warn: (_message, fields) => warnings.push(fields) },
    monotonicMs: () => nowMs,
  });
  const told = { tookMs: 61.2, cpuMs: 40.1, work: { "fast block": 40 } };
  warn(block);
  expect(warnings).toEqual([{ ...told, leftOut: 0 }]);
  nowMs += 9_999;
  warn(block);
  warn(block);
  expect(warnings).toHaveLength(1);
  nowMs += 1;
  warn(block);
  expect(warnings.slice(1)).toEqual([{ ...told, leftOut: 2 }]);
});
