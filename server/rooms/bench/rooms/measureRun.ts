import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { percentile } from "@weft/protocol/testing";
import type { Cell, LoadQuestions, ServerQuestions, System } from "./messages.ts";
import { Questioned } from "./questioned.ts";

/**
 * Before anything is measured: code gets compiled, buffers get their size; a game server runs for days. Weft has two threads whose
 * code is: after 8 s its process took a tenth more than after 15 (500 clients, 30/s), plain Colyseus's some hundredths.
 */
const WARM_UP_MS = 15_000;
const MEASURE_MS = 5_000;
/** Of what is sent, this much must be run in the same time; else the cell is more than the system can do here. */
const KEEPS_UP = 0.98;

/** What one run of one system in one cell came to. */
export type Run = {
  readonly movesPerSecond: number;
  /** µs of the serving thread, and of the whole process, per action. */
  readonly threadUs: number;
  readonly processUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytesPerMove: number;
  readonly memoryPerClient: number;
  /** How much of a core the load generator took. */
  readonly loadShare: number;
  readonly keepsUp: boolean;
  /** Close codes of clients that were dropped, as they are where it doesn't keep up. */
  readonly lost: readonly number[];
};

/** A server and its clients, in two new processes. */
export async function measureRun(system: System, cell: Cell, wrapper?: string): Promise<Run> {
  const dataDir = await mkdtemp(join(tmpdir(), "weft-bench-rooms-"));
  const server = new Questioned<ServerQuestions>(`${system}Main.ts`, wrapper);
  const load = new Questioned<LoadQuestions>("loadMain.ts");
  try {
    const { perRoom, transport } = cell;
    const { url } = await server.ask("start", { perRoom, transport, dataDir });
    const sessions = system === "weft" ? await server.ask("sessions", cell.clients) : undefined;
    const emptyBytes = await server.ask("memory", null);
    await load.ask("join", { ...cell, url, sessions });
    const joinedBytes = await server.ask("memory", null);
    await load.ask("play", null);
    await wait(WARM_UP_MS);
    const before = { server: await server.ask("mark", null), load: await load.ask("mark", null) };
    await wait(MEASURE_MS);
    const after = { server: await server.ask("mark", null), load: await load.ask("mark", null) };
    const { lost } = after.load;
    const moves = after.server.moves - before.server.moves;
    const ms = after.server.atMs - before.server.atMs;
    const movesPerSecond = (moves / ms) * 1000;
    return {
      movesPerSecond,
      threadUs: (after.server.threadUs - before.server.threadUs) / moves,
      processUs: (after.server.processUs - before.server.processUs) / moves,
      p50Ms: latencyOf(after.load.latenciesMs, 0.5),
      p99Ms: latencyOf(after.load.latenciesMs, 0.99),
      bytesPerMove: (after.load.bytes - before.load.bytes) / (after.load.sent - before.load.sent),
      memoryPerClient: (joinedBytes - emptyBytes) / cell.clients,
      loadShare: (after.load.processUs - before.load.processUs) / (ms * 1000),
      keepsUp: lost.length === 0 && movesPerSecond >= cell.clients * cell.rate * KEEPS_UP,
      lost,
    };
  } finally {
    await Promise.all([server.end(), load.end()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Where nothing has shown at all, it takes at least as long as it was looked for. */
function latencyOf(latenciesMs: readonly number[], share: number): number {
  return latenciesMs.length === 0 ? MEASURE_MS : percentile(latenciesMs, share);
}
