import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { MARKS, type Mark } from "./marks.ts";
import type { Mutation } from "./mutations.ts";
import type { SimulationResult } from "./simulate.ts";

export type SeedRun = {
  /** The first seed, and how many from there on. */
  readonly from: number;
  readonly count: number;
  /** Processes that run them. */
  readonly jobs: number;
  readonly mutation?: Mutation | undefined;
  /** Gets every seed's result, in no order. */
  readonly onResult?: (result: SimulationResult) => void;
};

export type SeedSummary = {
  readonly seeds: number;
  readonly failed: readonly SimulationResult[];
  readonly blocks: number;
  readonly frames: number;
  readonly transactions: number;
  readonly rounds: number;
  readonly restarts: number;
  /** In how many seeds each happened. */
  readonly marks: Readonly<Record<Mark, number>>;
};

/** What a worker is asked for. */
export type SeedBatch = {
  readonly from: number;
  readonly to: number;
  readonly mutation?: Mutation;
};

/** Seeds that a worker is given at a time. */
const BATCH_SEEDS = 10;
/** Failing seeds after which no more are begun: they will have one cause. */
const MAX_FAILED = 5;

/**
 * Runs seeds in processes of their own, in which nobody can ask the machine for time or chance.
 * @throws when a process ends by itself, with the seeds that it had
 */
export async function runSeeds(run: SeedRun): Promise<SeedSummary> {
  const sum = { seeds: 0, blocks: 0, frames: 0, transactions: 0, rounds: 0, restarts: 0 };
  const marks = Object.fromEntries(MARKS.map((mark) => [mark, 0])) as Record<Mark, number>;
  const failed: SimulationResult[] = [];
  const take = (result: SimulationResult) => {
    sum.seeds++;
    sum.blocks += result.blocks;
    sum.frames += result.frames;
    sum.transactions += result.transactions;
    sum.rounds += result.rounds;
    sum.restarts += result.restarts;
    for (const mark of result.marks) marks[mark]++;
    if (result.violation !== undefined) failed.push(result);
    run.onResult?.(result);
  };
  const end = run.from + run.count;
  let next = run.from;
  const nextBatch = (): SeedBatch | undefined => {
    if (next >= end || failed.length >= MAX_FAILED) return undefined;
    const from = next;
    next = Math.min(end, from + BATCH_SEEDS);
    return { from, to: next, ...(run.mutation && { mutation: run.mutation }) };
  };
  const jobs = Array.from({ length: run.jobs }, () => work(nextBatch, take));
  await Promise.all(jobs);
  return { ...sum, marks, failed };
}

/** One process, with batches until there are none left. */
function work(
  nextBatch: () => SeedBatch | undefined,
  take: (result: SimulationResult) => void,
): Promise<void> {
  const file = fileURLToPath(new URL("./worker.ts", import.meta.url));
  const child: ChildProcess = fork(file, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  let batch: SeedBatch | undefined;
  const give = () => {
    batch = nextBatch();
    if (batch === undefined) child.disconnect();
    else child.send(batch);
  };
  return new Promise((resolve, reject) => {
    child.on("message", (message: SimulationResult | "ready") => {
      if (message === "ready") give();
      else take(message);
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (batch === undefined) resolve();
      else
        reject(new Error(`seeds ${batch.from} to ${batch.to - 1}: their process ended: ${code}`));
    });
  });
}
