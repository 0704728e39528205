import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { median } from "@weft/protocol/testing";
import { createTally, RawPlayer, type RawRoom, ServerProcess } from "@weft/rooms/testing";
import { verifyDirectory } from "../src/verify/verifyDirectory.ts";

export const about =
  "a killed server's way back, and its ledger's replay: a room of 4 players with 10,000 actions";

const ACTIONS = 10_000;
const PLAYERS = 4;
/** Of each player: lively play, and a quarter of what a player may do. */
const ACTIONS_PER_SECOND = 50;
/** Actions go out in bursts, since timers are not that exact. */
const BURST_MS = 40;
const KILLS = 5;
const COLD_KILLS = 3;
/** Between two tries to come back, while nobody listens. */
const RETRY_MS = 5;

const GAME = { seconds: 3600, maxPlayers: PLAYERS } as const;

export async function run(log: (line: string) => void) {
  console.info = () => {};
  console.warn = () => {};
  const server = await ServerProcess.start({
    game: GAME,
    settings: { sealTimeoutMs: 60_000 },
    standby: true,
  });
  try {
    const rooms = await seat(server.url);
    log(`${ACTIONS} actions, ${PLAYERS * ACTIONS_PER_SECOND} a second`);
    const bytesBefore = await bytesOf(server.dataDir);
    const startMs = performance.now();
    await Promise.all(rooms.map(play));
    const playedMs = performance.now() - startMs;
    const bytes = (await bytesOf(server.dataDir)) - bytesBefore;
    const warm: number[] = [];
    for (let i = 0; i < KILLS; i++) warm.push(await killToAction(server, rooms));
    log(`back after ${warm.map(Math.round).join(", ")} ms`);
    const cold: number[] = [];
    for (let i = 0; i < COLD_KILLS; i++) cold.push(await killToAction(server, rooms, false));
    log(`from a cold start: ${cold.map(Math.round).join(", ")} ms`);
    for (const { room } of rooms) room.reconnection.enabled = false;
    await server.kill();
    const verifiedMs = await verify(server.dataDir, log);
    const all = ACTIONS + KILLS + COLD_KILLS;
    return [
      // The room's program is there already: a process at hand that has read its code.
      row("kill_to_action_ms", median(warm), "ms"),
      row("kill_to_action_cold_ms", median(cold), "ms"),
      row("replay_actions_per_second", (all / verifiedMs) * 1000, "/s"),
      row("replay_times_real_time", playedMs / verifiedMs, "×"),
      row("bytes_per_action", bytes / ACTIONS, "bytes"),
    ];
  } finally {
    await server.remove();
  }
}

async function seat(url: string): Promise<RawRoom[]> {
  const rooms: RawRoom[] = [];
  for (let i = 0; i < PLAYERS; i++) {
    const player = await RawPlayer.create(url);
    const room = await player.join(rooms[0]?.room.roomId);
    room.room.reconnection.enabled = false;
    rooms.push(room);
  }
  return rooms;
}

/** One player's part, sealed about once a second. Resolves when all of it is on disk. */
async function play(room: RawRoom): Promise<void> {
  const startMs = performance.now();
  let sealedAtMs = startMs;
  for (let sent = 0; sent < ACTIONS / PLAYERS; ) {
    const nowMs = performance.now();
    const due = Math.min(
      ACTIONS / PLAYERS,
      Math.floor(((nowMs - startMs) / 1000) * ACTIONS_PER_SECOND),
    );
    for (; sent < due; sent++) room.act("add", { by: 1 });
    if (nowMs - sealedAtMs >= 1000) {
      sealedAtMs = nowMs;
      room.seal();
    }
    await wait(BURST_MS);
  }
  room.seal();
  await room.next("finality", ({ sequenced }) => sequenced >= room.head.seq);
}

/**
 * Kills the server, starts it again, and acts as soon as it lets anybody.
 * @returns ms from the kill until the action was applied
 */
async function killToAction(
  server: ServerProcess,
  rooms: RawRoom[],
  standby = true,
): Promise<number> {
  const [first] = rooms;
  if (first === undefined) throw new Error("somebody plays");
  if (!standby) server.dropStandby();
  // The next one has read its code by then, as it would have in a life that isn't measured.
  else await server.standbyReady();
  const { player, lane } = first;
  const startMs = performance.now();
  await server.kill();
  server.begin({ standby }).catch(() => {});
  const back = await comeBack(player, first.room.roomId, lane);
  const seq = back.act("add", { by: 1 });
  await back.next("finality", ({ applied }) => applied >= seq);
  const tookMs = performance.now() - startMs;
  back.seal();
  rooms[0] = back;
  await back.next("finality", ({ sequenced }) => sequenced >= seq);
  return tookMs;
}

async function comeBack(player: RawPlayer, roomId: string, lane: number): Promise<RawRoom> {
  for (;;) {
    try {
      const room = await player.resume(roomId, lane);
      room.room.reconnection.enabled = false;
      return room;
    } catch {
      await wait(RETRY_MS);
    }
  }
}

/** Checks everything that the ledger says, the game included. @returns how long it took, in ms */
async function verify(dir: string, log: (line: string) => void): Promise<number> {
  const report = await verifyDirectory({ dir, games: [createTally(GAME)] });
  if (!report.ok) throw new Error(`the ledger doesn't verify: ${JSON.stringify(report)}`);
  log(`verified ${report.heights} blocks in ${report.tookMs} ms`);
  return report.tookMs;
}

/** What the ledger takes on the disk; snapshots are bounded in number and don't count. */
async function bytesOf(dataDir: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || path.startsWith(join(dataDir, "snapshots"))) continue;
    bytes += (await stat(path)).blocks * 512;
  }
  return bytes;
}

const row = (metric: string, value: number, unit: string) => ({
  metric,
  value: Math.round(value * 100) / 100,
  unit,
});
