// The same action, a player's move, on Weft and as an EVM transaction; see "Measured" in the README of node for what is compared.
import { loadavg } from "node:os";
import { median, percentile } from "@weft/protocol/testing";
import { AnvilChain, type Mining } from "./chains/anvilChain.ts";
import { measureLatencies, measureThroughput } from "./chains/drive.ts";
import { EthereumJsChain } from "./chains/ethereumJsChain.ts";
import type { MoveChain } from "./chains/moveChain.ts";
import { FastChainBench } from "./load/fastChainBench.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };
type Result = { readonly perSecond: number; readonly p50Ms: number; readonly p99Ms: number };
type Name = "ours" | "anvil" | "ethereumjs";

const TURNS = 3;
const MAX_SECONDS = 8;
const PLAYERS = 500;
const ACTIONS_EACH = 200;
/** Latencies are measured at this share of what a system takes: beyond it they would be those of its queue. */
const LATENCY_LOAD = 0.5;
const MOVES: Readonly<Record<"anvil" | "ethereumjs", { throughput: number; latency: number }>> = {
  anvil: { throughput: 6_000, latency: 3_000 },
  ethereumjs: { throughput: 1_200, latency: 400 },
};
/** For every transaction, or as a public chain does. */
const MININGS: readonly Mining[] = ["automine", { blockSeconds: 1 }];

export const about =
  "a player's move as a sealed action on a durable ledger, and as a signed EVM transaction on anvil and EthereumJS, both in memory";

export async function run(log: (line: string) => void): Promise<Row[]> {
  log(`load average ${loadNow()} before anything is measured`);
  const results: Record<Name, Result[]> = { ours: [], anvil: [], ethereumjs: [] };
  const mining = await fasterMining(log);
  const fastChain = new FastChainBench({
    players: PLAYERS,
    perRoom: 10,
    actionsEach: ACTIONS_EACH,
  });
  try {
    await fastChain.logIn();
    await fastChain.throughput();
    for (let turn = 0; turn < TURNS; turn++) {
      results.ours.push(await measureOurs(fastChain));
      results.anvil.push(await measure("anvil", (moves) => AnvilChain.start(mining, moves)));
      results.ethereumjs.push(await measure("ethereumjs", EthereumJsChain.start));
      for (const name of Object.keys(results) as Name[]) tell(name, results[name].at(-1), log);
    }
  } finally {
    await fastChain.close();
  }
  log(`load average ${loadNow()} afterwards`);
  return rows(results);
}

/** anvil's two ways of making blocks, tried once each. */
async function fasterMining(log: (line: string) => void): Promise<Mining> {
  let best: { mining: Mining; perSecond: number } | undefined;
  for (const mining of MININGS) {
    const moves = MOVES.anvil.throughput;
    const chain = await AnvilChain.start(mining, moves);
    try {
      const perSecond = await measureThroughput(chain, { moves, maxSeconds: MAX_SECONDS });
      log(`anvil, ${JSON.stringify(mining)}: ${Math.round(perSecond)} moves a second`);
      if (best === undefined || perSecond > best.perSecond) best = { mining, perSecond };
    } finally {
      await chain.stop();
    }
  }
  return best?.mining ?? "automine";
}

async function measure(
  name: "anvil" | "ethereumjs",
  start: (moves: number) => Promise<MoveChain>,
): Promise<Result> {
  const { throughput, latency } = MOVES[name];
  const chain = await start(throughput + latency);
  try {
    const perSecond = await measureThroughput(chain, {
      moves: throughput,
      maxSeconds: MAX_SECONDS,
    });
    const latencies = await measureLatencies(chain, {
      moves: Math.min(latency, Math.ceil(perSecond * LATENCY_LOAD * MAX_SECONDS)),
      perSecond: perSecond * LATENCY_LOAD,
    });
    return { perSecond, ...percentiles(latencies) };
  } finally {
    await chain.stop();
  }
}

async function measureOurs(bench: FastChainBench): Promise<Result> {
  const { perSecond } = await bench.throughput();
  return { perSecond, ...percentiles(await bench.latencies(perSecond * LATENCY_LOAD)) };
}

function percentiles(latencies: readonly number[]): Pick<Result, "p50Ms" | "p99Ms"> {
  return { p50Ms: median(latencies), p99Ms: percentile(latencies, 0.99) };
}

function tell(name: Name, result: Result | undefined, log: (line: string) => void): void {
  if (result === undefined) return;
  const { perSecond, p50Ms, p99Ms } = result;
  log(
    `${name.padEnd(10)} ${Math.round(perSecond)} a second; at half of it ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
  );
}

function rows(results: Readonly<Record<Name, readonly Result[]>>): Row[] {
  const names = Object.keys(results) as Name[];
  const figures = (name: Name, figure: (result: Result) => number) => {
    const all = results[name].map(figure).sort((a, b) => a - b);
    return Math.round((all[all.length >> 1] ?? Number.NaN) * 100) / 100;
  };
  const latency = (key: "p50Ms" | "p99Ms", suffix: string) =>
    names.map((name) => ({
      metric: `${name}_latency_${suffix}_ms`,
      value: figures(name, (result) => result[key]),
      unit: "ms",
    }));
  const perSecond = (name: Name) => figures(name, (result) => result.perSecond);
  const [value, baseline] = [perSecond("ours"), perSecond("anvil")];
  const ratio = Math.round((value / baseline) * 100) / 100;
  return [
    { metric: "ours_per_second", value, unit: "1/s", baseline, ratio },
    { metric: "anvil_per_second", value: baseline, unit: "1/s" },
    { metric: "ethereumjs_per_second", value: perSecond("ethereumjs"), unit: "1/s" },
    ...latency("p50Ms", "p50"),
    ...latency("p99Ms", "p99"),
  ];
}

/** Of the last minute: others' work on the machine makes all of this slower. */
const loadNow = () => (loadavg()[0] ?? Number.NaN).toFixed(2);
