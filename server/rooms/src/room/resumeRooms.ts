import { matchMaker } from "@colyseus/core";
import type { RoomRecord } from "@weft/fast-chain";
import type { Logger } from "@weft/node";
import type { Address } from "@weft/protocol";
import { codeOf } from "../errors.ts";
import { readPendingReport } from "../round/pendingReport.ts";
import type { AnyGame } from "../types.ts";
import { type LostRoom, type RebuiltRoom, rebuildRooms } from "./rebuildRooms.ts";
import type { RoomHost } from "./roomHost.ts";

/**
 * Before the server listens: brings back all rooms that are open in the ledger, as Colyseus rooms with the ids that they
 * had, and closes those that can't go on.
 */
export async function resumeRooms(
  host: RoomHost,
  games: Readonly<Record<string, AnyGame>>,
): Promise<void> {
  const { node, snapshots } = host;
  const { logger, fastChain, ledger } = node;
  const startMs = performance.now();
  const open = new Set<Address>(fastChain.rooms().map(({ room }) => room));
  const head = ledger.head?.header.height;
  if (head !== undefined) snapshots?.prepare(open, head);
  if (open.size === 0) return;
  const { rebuilt, lost } = rebuildRooms({ node, games, snapshots, nowMs: host.nowMs });
  for (const room of lost) closeLost(host, room);
  let resumed = 0;
  for (const room of rebuilt) if (await resumeRoom(host, room, logger)) resumed++;
  logger.info("rooms are back", {
    resumed,
    lost: lost.length,
    replayed: rebuilt.reduce((sum, { replayed }) => sum + replayed, 0),
    tookMs: Math.round(performance.now() - startMs),
  });
}

async function resumeRoom(host: RoomHost, room: RebuiltRoom, logger: Logger): Promise<boolean> {
  const { name } = room.record;
  host.expect(room);
  try {
    await matchMaker.handleCreateRoom(room.game.name, {}, undefined, name);
    return true;
  } catch (error) {
    // An own room class can fail in its `onCreate`. The log stays as it is, for a start with that put right.
    logger.error("a room could not be resumed", { name, code: codeOf(error), error });
    return false;
  } finally {
    host.takeExpected(name);
  }
}

/** Ends a room that nobody can run: its places, its round, its log. What it has reported is reported all the same. */
function closeLost(host: RoomHost, { record, error }: LostRoom): void {
  const { node, snapshots } = host;
  const { fastChain, logger } = node;
  const { room, name, game, lanes, round } = record;
  const { code } = error;
  logger.error("a room can't go on and is closed", { room, name, game, code, error });
  const journal = fastChain.resumeRoom(room);
  lanes.forEach(({ left }, lane) => {
    if (left === undefined) journal.append({ type: "leave", lane, reason: "disconnected" });
  });
  if (round !== undefined) journal.append({ type: "roundVoid", roundId: round.roundId, code });
  journal.append({ type: "close" });
  void snapshots?.remove(room);
  reportAgain(host, record).catch((cause: unknown) => {
    logger.error("a closed room's report didn't get through", { room, cause });
  });
}

async function reportAgain({ node, reports }: RoomHost, record: RoomRecord): Promise<void> {
  const pending = readPendingReport(node, record);
  if (pending === undefined) return;
  const { report, players } = pending;
  if (await reports.isSettled(report, players.ids.length)) return;
  await reports.report({ report, players: players.ids, coSignatures: [], again: true });
}
