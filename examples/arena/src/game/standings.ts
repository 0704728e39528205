import type { GameContext, GameMint, Player } from "@weft/game";
import type { ArenaState, Ship } from "./ArenaState.ts";

export type Standing = { readonly player: Player; readonly ship: Ship };

/** The prizes: the first always wins a crown, the others need enough whom they left behind. */
const PRIZES = [
  { item: "crown", players: 1 },
  { item: "medal", players: 3 },
  { item: "ribbon", players: 5 },
] as const;

export const ITEMS = PRIZES.map(({ item }) => item);

/**
 * Players from first to last: by score, then who came to it earlier, then who has been in the room for
 * longer. No two are equal, so every replay crowns the same one.
 */
export function rankPlayers(ctx: GameContext<ArenaState>): Standing[] {
  const standings = ctx.players.flatMap((player) => {
    const ship = ctx.state.ships.get(player.id);
    return ship === undefined ? [] : [{ player, ship }];
  });
  return standings.sort(
    (a, b) =>
      b.ship.score - a.ship.score ||
      a.ship.scoredAtTick - b.ship.scoredAtTick ||
      a.player.lane - b.player.lane,
  );
}

/** Nobody wins with nothing. */
export function awardPrizes(standings: readonly Standing[]): GameMint[] {
  return PRIZES.flatMap(({ item, players }, index) => {
    const standing = standings[index];
    const wins = standing !== undefined && standing.ship.score > 0 && standings.length >= players;
    return wins ? [{ to: standing.player, item }] : [];
  });
}
