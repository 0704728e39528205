import type { RoomJournal } from "@weft/fast-chain";
import { createGameInstance, type GameInstance, gameHash } from "@weft/game";
import type { LeaveReason, LedgerHeight } from "@weft/protocol";
import { type RoundChange, RoundRunner } from "../round/roundRunner.ts";
import type { AnyGame } from "../types.ts";
import { GameErrors } from "./gameErrors.ts";
import type { RebuiltRoom } from "./rebuildRooms.ts";
import { roomAddress } from "./roomAddress.ts";
import type { RoomHost } from "./roomHost.ts";
import { RoomRuntime } from "./roomRuntime.ts";
import { RoomSaver } from "./roomSaver.ts";
import type { Seat } from "./seat.ts";

export type RoomPartsOptions = {
  readonly host: RoomHost;
  readonly game: AnyGame;
  readonly roomId: string;
  readonly onLeft: (seat: Seat, reason: LeaveReason) => void;
  readonly onFailed: () => void;
  readonly onRoundChange: (change: RoundChange) => void;
};

export type RoomParts = {
  readonly runtime: RoomRuntime;
  readonly runner: RoundRunner;
  /** Where errors of the game's code are told. */
  readonly errors: GameErrors;
  /** It comes out of the ledger. */
  readonly resumed: boolean;
};

/** What a room is made of beside its network: a new room, or one that goes on after a restart. */
export function createRoomParts(options: RoomPartsOptions): RoomParts {
  const { host, game, roomId, onLeft, onFailed, onRoundChange } = options;
  const { node, settings, nowMs, reports } = host;
  const { logger, fastChain, zkChainId } = node;
  const expected = host.takeExpected(roomId);
  const { journal, program, errors } =
    expected === undefined ? begin(options) : resume(host, expected);
  const runtime = new RoomRuntime({
    program,
    journal,
    maxPlayers: game.maxPlayers,
    settings,
    logger,
    nowMs,
    saver: createSaver(host, game, journal),
    sealVerifier: host.sealVerifier,
    random: host.random,
    resumedAt: expected && (node.ledger.durableHeight ?? (0 as LedgerHeight)),
    onLeft,
    onFailed,
  });
  const runner = new RoundRunner({
    runtime,
    game,
    settings,
    fastChain,
    zkChainId,
    reports,
    logger,
    nowMs,
    sealVerifier: host.sealVerifier,
    onChange: onRoundChange,
    isDraining: () => host.draining,
  });
  return { runtime, runner, errors, resumed: expected !== undefined };
}

function begin({ host, game, roomId }: RoomPartsOptions) {
  const { node, nowMs } = host;
  const { fastChain, fastChainId, logger } = node;
  const room = roomAddress(fastChainId, roomId);
  const hash = gameHash(game);
  const journal = fastChain.createRoom({ room, name: roomId, game: game.name, gameHash: hash });
  const events = () => journal.record.events;
  const errors = new GameErrors({ logger, game: game.name, roomId, room, events, nowMs });
  const program = createGameInstance(game, {
    room,
    seed: journal.record.seed,
    onError: errors.tell,
    around: (call) => errors.run(call),
  });
  return { journal, program, errors };
}

function resume(
  { node }: RoomHost,
  { record, program, errors }: RebuiltRoom,
): { journal: RoomJournal; program: GameInstance; errors: GameErrors } {
  return { journal: node.fastChain.resumeRoom(record.room), program, errors };
}

function createSaver(
  { snapshots, settings, nowMs, node }: RoomHost,
  game: AnyGame,
  { room }: RoomJournal,
): RoomSaver | undefined {
  return (
    snapshots &&
    new RoomSaver({
      snapshots,
      room,
      gameHash: gameHash(game),
      everyMs: settings.snapshotMs,
      nowMs,
      logger: node.logger,
    })
  );
}
