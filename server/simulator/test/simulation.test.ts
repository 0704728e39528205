import { GroupCommitStore } from "@weft/ledger/simulation";
import { blockStoreSuite } from "@weft/ledger/testing";
import { expect, test } from "vitest";
import { MUTATIONS, simulate } from "../src/index.ts";
import { runSeeds } from "../src/runSeeds.ts";
import { openTestFiles } from "./openTestFiles.ts";

/** CI has time for a thousand. More with WEFT_SIMULATED_SEEDS; `npm run simulate` is for many. */
const SEEDS = Number(process.env.WEFT_SIMULATED_SEEDS ?? (process.env.CI ? 1000 : 300));
const JOBS = 2;
/** In so many seeds every fault is found. The first ones are enough for most. */
const MUTATION_SEEDS = 40;
/** Far from what a busy machine needs. */
const TIMEOUT_MS = 10 * 60_000;

blockStoreSuite("simulated disk", () => new GroupCommitStore(openTestFiles()));

test(
  "a seed gives the same trace each time, to the byte",
  async () => {
    const traces = [];
    for (let time = 0; time < 2; time++) {
      const lines: string[] = [];
      const result = await simulate({ seed: 7, write: (line) => lines.push(line) });
      traces.push({ lines: lines.join(""), result });
    }
    expect(traces[0]?.lines).toEqual(traces[1]?.lines);
    expect(traces[0]?.result).toEqual(traces[1]?.result);
    // and in another process, where nobody can ask for real time or chance
    const other: unknown[] = [];
    await runSeeds({ from: 7, count: 1, jobs: 1, onResult: (result) => other.push(result) });
    expect(other).toEqual([JSON.parse(JSON.stringify(traces[0]?.result))]);
  },
  TIMEOUT_MS,
);

test("seeds differ", async () => {
  const { traceHash: first } = await simulate({ seed: 8 });
  const { traceHash: second } = await simulate({ seed: 9 });
  expect(first).not.toBe(second);
});

test.each(MUTATIONS)(
  "the checks find a simulation that %s",
  async (mutation) => {
    let found: string | undefined;
    for (let seed = 1; seed <= MUTATION_SEEDS && found === undefined; seed++) {
      found = (await simulate({ seed, mutation })).violation;
    }
    expect(found).toBeDefined();
  },
  TIMEOUT_MS,
);

test(
  `${SEEDS} seeds: nothing is lost, nothing happens twice`,
  async () => {
    const { failed, marks, ...sum } = await runSeeds({ from: 1, count: SEEDS, jobs: JOBS });
    const again = failed.map(
      ({ seed, violation }) => `npm run simulate -- --seed ${seed}: ${violation}`,
    );
    expect(again).toEqual([]);
    expect(sum.seeds).toBe(SEEDS);
    // they do what they are for
    expect(sum.frames).toBeGreaterThan(10 * SEEDS);
    expect(sum.transactions).toBeGreaterThan(SEEDS);
    expect(sum.rounds).toBeGreaterThan(SEEDS / 2);
    expect(sum.restarts).toBeGreaterThan(SEEDS / 2);
    if (SEEDS >= 1000) expect(Object.entries(marks).filter(([, count]) => count === 0)).toEqual([]);
  },
  TIMEOUT_MS,
);
