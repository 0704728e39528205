// What others notice of clients that don't read, of floods, of a slow disk; see "Under pressure" in the README of rooms.
import { PressureWorld } from "../test/pressure/pressureWorld.ts";
import { burst, compare, neverRead, slowDisk, type Turn } from "../test/pressure/scenarios.ts";
import { findSetups } from "./rooms/transports.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };

const TURNS = 7;
const PLAYERS = 10;
const WARM_UP_MS = 3_000;
/** Of every patch, where somebody doesn't read them. */
const NOISE_BYTES = 50_000;
const MIB = 1024 * 1024;

const CASES = [
  { name: "a client never reads", noiseBytes: NOISE_BYTES, turn: neverRead },
  { name: "100,000 frames at once", noiseBytes: 0, turn: burst },
  { name: "commits take 200 ms longer", noiseBytes: 0, turn: slowDisk },
] as const;

export const about =
  "others' p99 without and with a client that never reads, a flood, a slow disk; memory";

export async function run(log: (line: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const setup of findSetups()) {
    for (const one of CASES) rows.push(...(await measure(one, setup, log)));
  }
  return rows;
}

async function measure(
  { name, noiseBytes, turn }: (typeof CASES)[number],
  { name: setup, ...sockets }: ReturnType<typeof findSetups>[number],
  log: (line: string) => void,
): Promise<Row[]> {
  const world = await PressureWorld.start({ ...sockets, noiseBytes, players: PLAYERS });
  try {
    await world.playFor(WARM_UP_MS);
    await world.server.ask("peak", null);
    await world.playFor(WARM_UP_MS);
    const before = await world.server.ask("peak", null);
    const beforeBytes = await world.server.ask("memory", null);
    const turns: Turn[] = [];
    for (let i = 0; i < TURNS; i++) turns.push(await turn(world));
    const afterBytes = await world.server.ask("memory", null);
    // A figure of a server that lost something would be none.
    await world.audit();
    const of = `${name}, ${setup}`;
    const latency = (metric: string, what: "patchMs" | "finalityMs"): Row => {
      const { normalMs, pressedMs, ratio } = compare(turns, what);
      return {
        metric: `${metric} (${of})`,
        value: round(pressedMs),
        unit: "ms",
        baseline: round(normalMs),
        ratio: round(ratio),
      };
    };
    const memory = (metric: string, bytes: number, normalBytes: number): Row => ({
      metric: `${metric} (${of})`,
      value: round(bytes / MIB),
      unit: "MiB",
      baseline: round(normalBytes / MIB),
      ratio: round(bytes / normalBytes),
    });
    const rows = [
      latency("patch_p99", "patchMs"),
      latency("finality_p99", "finalityMs"),
      memory("rss_peak", highest(turns, "rssBytes"), before.rssBytes),
      memory("heap_afterwards", afterBytes, beforeBytes),
      {
        metric: `buffered_peak (${of})`,
        value: round(highest(turns, "bufferedBytes") / MIB),
        unit: "MiB",
      },
    ];
    const [patch, finality] = rows;
    log(`${of}: patch × ${patch?.ratio}, finality × ${finality?.ratio}`);
    return rows;
  } finally {
    await world.end();
  }
}

const highest = (turns: readonly Turn[], what: keyof Turn["peak"]) =>
  Math.max(...turns.map(({ peak }) => peak[what]));
const round = (value: number) => Math.round(value * 100) / 100;
