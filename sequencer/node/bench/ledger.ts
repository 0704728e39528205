// Sealed actions into durable blocks; see "Measured" in the README of node for what the figures mean.
import { loadavg } from "node:os";
import { median } from "@weft/protocol/testing";
import { runPart } from "./ledger/runPart.ts";
import type { Steady } from "./ledger/steady.ts";
import type { FastChainTurn } from "./ledger/turns.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };

const STEADY_RUNS = 3;

export const about =
  "sealed actions into durable blocks: as fast as it goes, and 50,000 a second beside full ZK blocks and logins";

export async function run(log: (line: string) => void): Promise<Row[]> {
  log(`load average ${loadNow()} before anything is measured`);
  const turns = await runPart("throughput", log);
  const runs: Steady[] = [];
  for (let i = 0; i < STEADY_RUNS; i++) {
    const steady = await runPart("steady", log);
    runs.push(steady);
    tell(steady, log);
  }
  log(`load average ${loadNow()} afterwards`);
  return [...throughputRows(turns), ...steadyRows(runs)];
}

function throughputRows(turns: readonly FastChainTurn[]): Row[] {
  const value = median(turns.map(({ ours }) => ours.perSecond));
  const baseline = median(turns.map(({ plainPerSecond }) => plainPerSecond));
  const threadUs = median(turns.map(({ ours }) => ours.threadUs));
  return [
    {
      metric: "actions_per_second",
      value: Math.round(value),
      unit: "1/s",
      baseline: Math.round(baseline),
      ratio: Math.round((value / baseline) * 1000) / 1000,
    },
    { metric: "thread_cpu_per_action", value: rounded(threadUs), unit: "µs" },
  ];
}

function steadyRows(runs: readonly Steady[]): Row[] {
  const row = (metric: string, unit: string, figure: (run: Steady) => number): Row => ({
    metric,
    value: rounded(median(runs.map(figure))),
    unit,
  });
  return [
    row("block_interval_p99_ms", "ms", ({ blockIntervalP99 }) => blockIntervalP99),
    row("loop_block_p99_ms", "ms", ({ loopP99 }) => loopP99),
    row("loop_block_max_ms", "ms", ({ loopMax }) => loopMax),
    row("block_interval_p50_ms", "ms", ({ blockIntervalP50 }) => blockIntervalP50),
    row("loop_cpu_p99_ms", "ms", ({ loopCpuP99 }) => loopCpuP99),
    row("loop_cpu_max_ms", "ms", ({ loopCpuMax }) => loopCpuMax),
    row("steady_actions_per_second", "1/s", ({ actionsPerSecond }) => actionsPerSecond),
    row("steady_thread_share", "cores", ({ threadShare }) => threadShare),
    row("zk_blocks_per_second", "1/s", ({ zkBlocksPerSecond }) => zkBlocksPerSecond),
    row("zk_block_fullness", "×", ({ zkFullness }) => zkFullness),
    row("logins_per_second", "1/s", ({ loginsPerSecond }) => loginsPerSecond),
  ];
}

/** The longest turns, and what is known of them. */
function tell({ longest, keptUp, actionsPerSecond }: Steady, log: (line: string) => void): void {
  if (!keptUp) {
    log(
      `DIDN'T KEEP UP: ${Math.round(actionsPerSecond)} actions a second; what follows is of an overloaded thread`,
    );
  }
  log("the longest turns: ms, of which on a processor, and what was done in them");
  for (const { durationMs, cpuMs, work } of longest) {
    const known = work.map((piece) => `${piece.name} ${piece.durationMs.toFixed(1)}`).join(", ");
    log(`${durationMs.toFixed(1).padStart(8)} ${cpuMs.toFixed(1).padStart(8)}  ${known}`);
  }
}

const rounded = (value: number) => Math.round(value * 100) / 100;

/** Of the last minute: others' work on the machine makes all of this slower. */
const loadNow = () => (loadavg()[0] ?? Number.NaN).toFixed(2);
