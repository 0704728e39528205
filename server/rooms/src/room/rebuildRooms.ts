import { type LoggedEvent, type RoomRecord, readRoomLogs, replayRoomEvent } from "@weft/fast-chain";
import { createGameInstance, type GameInstance, gameHash, restoreGameInstance } from "@weft/game";
import type { WeftNode } from "@weft/node";
import { type Address, assert, type LedgerHeight } from "@weft/protocol";
import { codeOf, RoomsError } from "../errors.ts";
import type { AnyGame } from "../types.ts";
import { GameErrors } from "./gameErrors.ts";
import type { RoomSnapshot, RoomSnapshots } from "./roomSnapshots.ts";

/** A room as its log left it. */
export type RebuiltRoom = {
  readonly record: RoomRecord;
  readonly game: AnyGame;
  readonly program: GameInstance;
  readonly errors: GameErrors;
  /** Events that were run again, after the snapshot where there was one. */
  readonly replayed: number;
};

/** A room that can't go on, and why. */
export type LostRoom = { readonly record: RoomRecord; readonly error: RoomsError };

export type RebuildOptions = {
  readonly node: Pick<WeftNode, "ledger" | "fastChain" | "fastChainId" | "logger">;
  readonly games: Readonly<Record<string, AnyGame>>;
  readonly snapshots: Pick<RoomSnapshots, "load"> | undefined;
  readonly nowMs: () => number;
};

/** A room on its way: `program` has run the events below `next`. */
type Rebuilding = {
  readonly record: RoomRecord;
  readonly game: AnyGame;
  /** Snapshots that are left to try. */
  readonly snapshots: Iterator<RoomSnapshot, void>;
  readonly program: GameInstance;
  readonly errors: GameErrors;
  /** Tells of errors of the game's code from here on. */
  readonly goLive: () => void;
  readonly fromHeight: LedgerHeight;
  readonly fromIndex: number;
  next: number;
};

/**
 * Makes the programs of all open rooms anew: each from its newest snapshot that is the ledger's, and what came after
 * it, or from its beginning. What is left of the log is read in one pass for all of them.
 */
export function rebuildRooms(options: RebuildOptions): {
  rebuilt: readonly RebuiltRoom[];
  lost: readonly LostRoom[];
} {
  const rebuilt: RebuiltRoom[] = [];
  const lost: LostRoom[] = [];
  let rebuilding: Rebuilding[] = [];
  for (const record of options.node.fastChain.rooms()) {
    try {
      rebuilding.push(begin(options, record));
    } catch (error) {
      lost.push({ record, error: asLost(error, record) });
    }
  }
  // A snapshot that turns out to be wrong leaves the one before it, so this ends.
  while (rebuilding.length > 0) {
    const failed = replay(options, rebuilding);
    const again: Rebuilding[] = [];
    for (const room of rebuilding) {
      const error = failed.get(room.record.room);
      if (error === undefined) rebuilt.push(finish(room));
      else if (room.fromIndex > 0) again.push(tryBefore(options, room, error));
      else lost.push({ record: room.record, error: asLost(error, room.record) });
    }
    rebuilding = again;
  }
  return { rebuilt, lost };
}

function begin(options: RebuildOptions, record: RoomRecord): Rebuilding {
  const { games, snapshots } = options;
  const game = Object.hasOwn(games, record.game) ? games[record.game] : undefined;
  const { room, name } = record;
  if (game === undefined) {
    throw new RoomsError("GAME_GONE", `no game ${record.game} is hosted here`, {
      details: { room, name, game: record.game },
    });
  }
  if (gameHash(game) !== record.gameHash) {
    throw new RoomsError("GAME_CHANGED", `${record.game} is declared otherwise now`, {
      details: { room, name, expected: record.gameHash, actual: gameHash(game) },
    });
  }
  return start(options, record, game, snapshots?.load(room) ?? [][Symbol.iterator]());
}

function tryBefore(options: RebuildOptions, room: Rebuilding, error: unknown): Rebuilding {
  const { record, game, snapshots } = room;
  options.node.logger.warn("a room's snapshot can't be used", {
    room: record.room,
    code: codeOf(error),
    error,
  });
  return start(options, record, game, snapshots);
}

/** From the first snapshot that fits, or from the beginning. */
function start(
  rebuild: RebuildOptions,
  record: RoomRecord,
  game: AnyGame,
  snapshots: Iterator<RoomSnapshot, void>,
): Rebuilding {
  const { node } = rebuild;
  for (let next = snapshots.next(); !next.done; next = snapshots.next()) {
    const snapshot = next.value;
    try {
      checkPlace(node, record, snapshot);
      const { goLive, errors, options } = instanceOptions(rebuild, record);
      const program = restoreGameInstance(game, options, snapshot.bytes);
      assert(program.stateHash() === snapshot.stateHash, "a snapshot has its checkpoint's state");
      const { height, events } = snapshot;
      const place = { fromHeight: height, fromIndex: events, next: events };
      return { record, game, snapshots, program, errors, goLive, ...place };
    } catch (error) {
      const { room } = record;
      node.logger.warn("a room's snapshot can't be used", { room, code: codeOf(error), error });
    }
  }
  const { goLive, errors, options } = instanceOptions(rebuild, record);
  const program = createGameInstance(game, options);
  const place = { fromHeight: record.seedHeight, fromIndex: 0, next: 0 };
  return { record, game, snapshots, program, errors, goLive, ...place };
}

/** The ledger must have the very checkpoint that the snapshot was taken at. */
function checkPlace(
  { ledger, fastChainId: chainId }: RebuildOptions["node"],
  { room, gameHash, events }: RoomRecord,
  snapshot: RoomSnapshot,
): void {
  const { height } = snapshot;
  const rooms = new Map([[room, snapshot.events - 1]]);
  const [found] = readRoomLogs({ ledger, chainId, fromHeight: height, toHeight: height, rooms });
  const fits =
    snapshot.gameHash === gameHash &&
    snapshot.events <= events &&
    found?.index === snapshot.events - 1 &&
    found.event.type === "checkpoint" &&
    found.event.stateHash === snapshot.stateHash;
  assert(fits, "the ledger has the snapshot's checkpoint");
}

/** What goes wrong in game code during a replay went wrong before, and was told then. */
function instanceOptions({ node, nowMs }: RebuildOptions, record: RoomRecord) {
  let live = false;
  const { room, seed, game, name: roomId } = record;
  const events = () =>
    node.fastChain.rooms().find((one) => one.room === room)?.events ?? record.events;
  const errors = new GameErrors({ logger: node.logger, game, roomId, room, events, nowMs });
  const onError = (error: unknown) => {
    if (live) errors.tell(error);
  };
  const around = <T>(call: () => T): T => (live ? errors.run(call) : call());
  const goLive = () => {
    live = true;
  };
  return { goLive, errors, options: { room, seed, onError, around } };
}

/** Runs what is left of the rooms' logs. @returns what went wrong, by room. */
function replay(
  { node }: RebuildOptions,
  rebuilding: readonly Rebuilding[],
): ReadonlyMap<Address, unknown> {
  const failed = new Map<Address, unknown>();
  const behind = new Map(
    rebuilding
      .filter(({ record, next }) => next < record.events)
      .map((room) => [room.record.room, room]),
  );
  if (behind.size > 0) {
    const fromHeight = Math.min(...Array.from(behind.values(), (room) => room.fromHeight));
    const logs = readRoomLogs({
      ledger: node.ledger,
      chainId: node.fastChainId,
      fromHeight: fromHeight as LedgerHeight,
      rooms: new Map(Array.from(behind, ([address, { next }]) => [address, next])),
    });
    for (const logged of logs) {
      const room = behind.get(logged.room);
      if (room === undefined || failed.has(logged.room)) continue;
      try {
        step(room, logged);
      } catch (error) {
        failed.set(logged.room, error);
      }
    }
  }
  for (const { record, next } of rebuilding) {
    if (failed.has(record.room) || next === record.events) continue;
    failed.set(record.room, new Error(`the log ends at event ${next} of ${record.events}`));
  }
  return failed;
}

function step(room: Rebuilding, { index, event }: LoggedEvent): void {
  assert(index === room.next, "a room's log has no gaps");
  room.next++;
  replayRoomEvent(room.program, room.record, event);
}

function finish(room: Rebuilding): RebuiltRoom {
  const { record, game, program, errors, goLive, next, fromIndex } = room;
  goLive();
  return { record, game, program, errors, replayed: next - fromIndex };
}

function asLost(error: unknown, { room, name }: RoomRecord): RoomsError {
  if (error instanceof RoomsError) return error;
  return new RoomsError("ROOM_DIVERGED", "the game comes to another state than it did", {
    details: { room, name },
    cause: error,
  });
}
