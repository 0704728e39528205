import type { Schema } from "@colyseus/schema";
import type { Game } from "@weft/game";
import { createTestRoom } from "./createTestRoom.ts";
import type { Inputs, TestBot, TestReport, TestRoom } from "./types.ts";

export type PlayRoundOptions<State, In extends Inputs> = {
  /** Another number, another round. Default 1. */
  readonly seed?: number;
  /** Default: as many as a round needs. */
  readonly players?: number;
  /** Prizes that may be minted. Default: as many as the game's rules allow. */
  readonly cap?: number;
  /** Plays for everyone; nobody does anything by default. */
  readonly bot?: TestBot<State, In>;
};

export type PlayedRound<State, In extends Inputs> = {
  readonly room: TestRoom<State, In>;
  readonly report: TestReport<State, In>;
};

/**
 * Plays a whole round with simulated players. The same options play the same round.
 * @throws GameError whatever goes wrong in the game's code; TestingError
 * @example
 * const { report } = playRound(arena, { players: 4, seed: 7, bot: (ship, _room, random) => {
 *   ship.act.move({ dx: random.int(-1, 1), dy: random.int(-1, 1) });
 * } });
 * expect(report.mints).toHaveLength(2);
 */
export function playRound<State extends Schema, In extends Inputs>(
  game: Game<State, In>,
  options: PlayRoundOptions<State, In> = {},
): PlayedRound<State, In> {
  const { seed = 1, players = game.minPlayers, cap, bot = () => {} } = options;
  const room = createTestRoom(game, { seed, players });
  room.openRound({ seed, ...(cap === undefined ? {} : { cap }) });
  room.play(bot);
  return { room, report: room.finishRound() };
}
