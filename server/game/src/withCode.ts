import type { Hash } from "@weft/protocol";
import type { Game } from "./types.ts";

/**
 * The same game, whose `gameHash` covers its code too. While a game is being written its code changes without its version:
 * what was played with the code of before must be replayed with that.
 * @param code A hash of the game's source files.
 */
export function withCode<G extends Game>(game: G, code: Hash): G {
  return Object.freeze({ ...game, code });
}
