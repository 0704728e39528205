import { matchMaker } from "@colyseus/core";
import { gameHash } from "@weft/game";
import { codeOf } from "../errors.ts";
import type { RoomHost } from "../room/roomHost.ts";
import { WeftRoom } from "../room/WeftRoom.ts";
import { gameCapsOf } from "../round/gameCaps.ts";
import type { AnyGame } from "../types.ts";

export type ChangeGamesOptions = {
  /** The games that are hosted, by name. */
  readonly games: Map<string, AnyGame>;
  readonly host: RoomHost;
  /** Rooms that are made from now on are of this game. */
  readonly define: (game: AnyGame) => void;
};

/**
 * Goes on with changed programs. A room's log says which program it is of, and is to come to the same in every replay: so a changed program gets rooms of its
 * own. Those of before end, and their players are sent on.
 */
export async function changeGames(
  changed: readonly AnyGame[],
  options: ChangeGamesOptions,
): Promise<void> {
  const { games, host } = options;
  const { logger } = host.node;
  for (const game of changed) {
    const before = games.get(game.name);
    if (before === undefined || gameHash(before) === gameHash(game)) continue;
    const startMs = performance.now();
    try {
      const moved = await changeGame(game, options);
      const tookMs = Math.round(performance.now() - startMs);
      logger.info("the game has changed, and is loaded anew", {
        game: game.name,
        ...moved,
        tookMs,
      });
    } catch (error) {
      const code = codeOf(error);
      logger.error("the changed game can't be hosted", { game: game.name, code, error });
    }
  }
}

async function changeGame(game: AnyGame, { games, host, define }: ChangeGamesOptions) {
  const { name, round } = game;
  // Refused caps leave everything as it was.
  if (round !== undefined) await host.reports.registerGame(name, gameCapsOf(round));
  games.set(name, game);
  define(game);
  const ending = host.rooms.filter((room) => room.game === name);
  await Promise.all(ending.map(({ roomId }) => moveRoom(name, roomId)));
  return { rooms: ending.length, players: ending.reduce((sum, { players }) => sum + players, 0) };
}

async function moveRoom(game: string, roomId: string): Promise<void> {
  const room = matchMaker.getLocalRoomById(roomId);
  if (!(room instanceof WeftRoom)) return;
  await room.moveTo(async (options) => {
    const { roomId: next } = await matchMaker.createRoom(game, options ?? {});
    return next;
  });
}
