import type { RoundRules } from "@weft/game";
import { MINTS_PER_DAY } from "../limits.ts";

/** What the contract is told of a game; see `IRoundReports.Game`. */
export type GameCaps = {
  readonly maxCap: number;
  readonly capWithoutQuorum: number;
  readonly mintsPerDay: number;
};

/** The caps of a game, with the defaults that `RoundRules` promises. */
export function gameCapsOf({
  maxMints,
  maxMintsWithoutQuorum,
  maxMintsPerDay,
}: RoundRules): GameCaps {
  return {
    maxCap: maxMints,
    // Rounded up, so that the loser of a game for one prize can't keep it from its winner by silence.
    capWithoutQuorum: maxMintsWithoutQuorum ?? Math.ceil(maxMints / 2),
    mintsPerDay: maxMintsPerDay ?? MINTS_PER_DAY,
  };
}
