// The same game on plain Colyseus and on Weft, in turns; see "Measured" in the README of rooms for what the figures mean.
import { measureRun, type Run } from "./rooms/measureRun.ts";
import type { Cell, TransportName } from "./rooms/messages.ts";
import { findTransports, wrapperOf } from "./rooms/transports.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };

const FULL = process.env.WEFT_BENCH_FULL === "1";
/** Of each system in each cell. */
const RUNS = Number(process.env.WEFT_BENCH_RUNS ?? 3);
/** As many as a room takes, nearly; and what most games have. */
const LARGE_ROOM = 250;
const SMALL_ROOM = 10;

export const about = `a game on plain Colyseus and on Weft: CPU, latency, bytes and memory${FULL ? "" : "; WEFT_BENCH_FULL=1 for all cells"}`;

export async function run(log: (line: string) => void): Promise<Row[]> {
  const transports = findTransports();
  if (transports.length === 1)
    log("uWebSockets.js doesn't load here: WEFT_BENCH_UWS_NODE names what runs Node where it does");
  const summary = { cpu: [] as number[], process: [] as number[], p99: [] as number[] };
  const rows: Row[] = [];
  for (const cell of cells(transports)) {
    const plain: Run[] = [];
    const weft: Run[] = [];
    for (let i = 0; i < RUNS; i++) {
      plain.push(await measureRun("plain", cell, wrapperOf(cell.transport)));
      weft.push(await measureRun("weft", cell, wrapperOf(cell.transport)));
    }
    const of = (key: Figure) => ({ plain: median(plain, key), weft: median(weft, key) });
    const cpu = of("threadUs");
    const all = of("processUs");
    const p99 = of("p99Ms");
    summary.cpu.push(cpu.weft / cpu.plain);
    summary.process.push(all.weft / all.plain);
    summary.p99.push(p99.weft - p99.plain);
    rows.push(...rowsOf(cell, plain, weft));
    log(
      `${nameOf(cell)}: thread ${us(cpu)}, process ${us(all)}, p99 ${p99.plain.toFixed(1)} → ${p99.weft.toFixed(1)} ms; ` +
        `load generator ${percent(of("loadShare").weft)} of a core${behind(plain, weft)}`,
    );
  }
  return [
    { metric: "cpu_ratio", value: round(middle(summary.cpu)), unit: "×" },
    { metric: "process_cpu_ratio", value: round(middle(summary.process)), unit: "×" },
    { metric: "p99_extra_ms", value: round(middle(summary.p99)), unit: "ms" },
    ...rows,
  ];
}

function cells(transports: readonly TransportName[]): Cell[] {
  if (!FULL) {
    const few = [
      { clients: 50, rate: 30, perRoom: LARGE_ROOM },
      { clients: 500, rate: 10, perRoom: SMALL_ROOM },
      { clients: 500, rate: 30, perRoom: SMALL_ROOM },
      { clients: 2_000, rate: 10, perRoom: SMALL_ROOM },
    ];
    const cells = few.map((cell) => ({ ...cell, transport: "ws" as const }));
    const last = { clients: 500, rate: 30, perRoom: SMALL_ROOM };
    return transports.includes("uWebSockets")
      ? [...cells, { ...last, transport: "uWebSockets" }]
      : cells;
  }
  return transports.flatMap((transport) =>
    [LARGE_ROOM, SMALL_ROOM].flatMap((perRoom) =>
      [50, 500, 2_000].flatMap((clients) =>
        [10, 30].map((rate) => ({ clients, rate, perRoom, transport })),
      ),
    ),
  );
}

type Figure = Exclude<keyof Run, "keepsUp" | "lost">;

function rowsOf(cell: Cell, plain: readonly Run[], weft: readonly Run[]): Row[] {
  const row = (metric: string, unit: string, figure: (run: Run) => number): Row => {
    const [value, baseline] = [weft, plain].map((runs) => middle(runs.map(figure))) as [
      number,
      number,
    ];
    return {
      metric: `${metric} (${nameOf(cell)})`,
      value: round(value),
      unit,
      baseline: round(baseline),
      ratio: round(value / baseline),
    };
  };
  return [
    row("actions_per_second", "1/s", (run) => run.movesPerSecond),
    row("actions_per_second_and_core", "1/s", (run) => 1e6 / run.threadUs),
    row("thread_cpu_per_action", "µs", (run) => run.threadUs),
    row("process_cpu_per_action", "µs", (run) => run.processUs),
    row("latency_p50", "ms", (run) => run.p50Ms),
    row("latency_p99", "ms", (run) => run.p99Ms),
    row("bytes_per_action", "bytes", (run) => run.bytesPerMove),
    row("memory_per_client", "bytes", (run) => run.memoryPerClient),
  ];
}

const nameOf = ({ clients, rate, perRoom, transport }: Cell) =>
  `${clients} clients × ${rate}/s, rooms of ${Math.min(clients, perRoom)}, ${transport}`;

/** Figures of a system that doesn't keep up are of what it gets done. */
function behind(plain: readonly Run[], weft: readonly Run[]): string {
  const count = (runs: readonly Run[]) => runs.filter(({ keepsUp }) => !keepsUp).length;
  if (count(plain) + count(weft) === 0) return "";
  const codes = [...new Set([...plain, ...weft].flatMap(({ lost }) => lost))];
  const dropped = codes.length === 0 ? "" : `; clients were dropped with ${codes.join(", ")}`;
  return `; DIDN'T KEEP UP in ${count(plain)} runs of plain Colyseus, ${count(weft)} of Weft${dropped}`;
}

const median = (runs: readonly Run[], key: Figure) => middle(runs.map((run) => run[key]));

function middle(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}

const us = (of: { plain: number; weft: number }) =>
  `${of.plain.toFixed(1)} → ${of.weft.toFixed(1)} µs (${(of.weft / of.plain).toFixed(2)})`;
const percent = (share: number) => `${Math.round(share * 100)} %`;
const round = (value: number) => Math.round(value * 100) / 100;
