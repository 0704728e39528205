import type { CreateRoom } from "@weft/protocol";
import { createGameInstance } from "./createGameInstance.ts";
import { gameHash } from "./gameHash.ts";
import type { Game, GameInstance } from "./types.ts";

/**
 * For replays: makes the program that a room ran, out of the games that are known here. A room of
 * another game, or of another version of a known one, has none.
 */
export function programsOf(games: Iterable<Game>): (room: CreateRoom) => GameInstance | undefined {
  const byHash = new Map(Array.from(games, (game) => [gameHash(game), game]));
  return ({ room, gameHash, seed }) => {
    const game = byHash.get(gameHash);
    if (game === undefined) return undefined;
    // What goes wrong in game code went wrong when the round was played, and was told then. A call that a guard stopped in
    // development was stopped halfway: without the guard it would go on, to another state.
    const guards = game.code !== undefined;
    return createGameInstance(game, { room, seed, guards, onError: () => {} });
  };
}
