// A game server whose players play for a while, in real time; then its ledger is verified, every signature, root and
// tick of the game, and a node follows it from its first block. How many times as fast as it was played is the figure.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { programsOf } from "@weft/game";
import { silentLogger, startFollower } from "@weft/node";
import { verifyDirectory } from "../src/verify/verifyDirectory.ts";
import { joinTally, type Recording, startRecording } from "../test/support/recordLedger.ts";
import { tally } from "../test/support/tally.ts";

type Row = { metric: string; value: number; unit: string };

/** As many as the game takes. */
const PLAYERS = 4;
const ACTIONS_PER_SECOND = 20;
const PLAY_MS = 60_000;
const RUNS = 3;

export const about = `weft verify and weft follow: ${PLAY_MS / 1000} s of ${PLAYERS} players, ${ACTIONS_PER_SECOND} actions a second each`;

export async function run(log: (line: string) => void): Promise<readonly Row[]> {
  const dir = mkdtempSync(join(tmpdir(), "weft-bench-verify-"));
  try {
    const recording = await startRecording(dir);
    log(`playing for ${PLAY_MS / 1000} s`);
    const actions = await play(recording);
    const followMs = await median(() => follow(recording));
    await recording.server.stop();
    log("verifying");
    let ledgerMs = 0;
    let blocks = 0;
    const verifyMs = await median(async () => {
      const report = await verifyDirectory({ dir, games: [tally] });
      if (!report.ok) throw new Error(`height ${report.height}: ${report.message}`);
      ({ ledgerMs, heights: blocks } = report);
      return report.tookMs;
    });
    const perSecond = (count: number, ms: number) => Math.round((count * 1000) / ms);
    const times = (ms: number) => Math.round((ledgerMs / ms) * 10) / 10;
    return [
      { metric: "verify_times_real_time", value: times(verifyMs), unit: "times" },
      { metric: "verify_actions_per_second", value: perSecond(actions, verifyMs), unit: "1/s" },
      { metric: "verify_blocks_per_second", value: perSecond(blocks, verifyMs), unit: "1/s" },
      { metric: "follow_times_real_time", value: times(followMs), unit: "times" },
    ];
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @returns actions that were sent */
async function play({ url }: Recording): Promise<number> {
  const rooms = await Promise.all(Array.from({ length: PLAYERS }, () => joinTally(url)));
  let actions = 0;
  const timers = rooms.map((room) =>
    setInterval(() => {
      if (room.status !== "open") return;
      room.act.add({ n: 1 });
      actions++;
    }, 1000 / ACTIONS_PER_SECOND),
  );
  await wait(PLAY_MS);
  for (const timer of timers) clearInterval(timer);
  await Promise.all(rooms.map((room) => room.leave()));
  return actions;
}

/** @returns how long a new node takes to have all that there is, in ms */
async function follow({ server }: Recording): Promise<number> {
  const began = performance.now();
  const caughtUp = Promise.withResolvers<void>();
  const follower = await startFollower({
    url: server.node.rpc.url,
    programs: programsOf([tally]),
    rpc: { port: 0 },
    logger: silentLogger,
    onProgress({ height, sourceHeight }) {
      if (height >= sourceHeight) caughtUp.resolve();
    },
  });
  await Promise.race([caughtUp.promise, follower.failed.then((error) => Promise.reject(error))]);
  const tookMs = performance.now() - began;
  await follower.stop();
  return tookMs;
}

async function median(measure: () => Promise<number>): Promise<number> {
  const values: number[] = [];
  for (let run = 0; run < RUNS; run++) values.push(await measure());
  return values.sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
}
