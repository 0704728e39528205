import { type ArenaState, Parked, type Ship } from "./ArenaState.ts";
import { MAX_PARKED } from "./rules.ts";

/** Keeps what a player has in this round. */
export function parkShip({ parked }: ArenaState, id: string, ship: Ship): void {
  const { x, y, score, gems, hits, scoredAtTick } = ship;
  const [first] = parked.keys();
  if (parked.size >= MAX_PARKED && first !== undefined) parked.delete(first);
  parked.set(id, new Parked({ x, y, score, gems, hits, scoredAtTick }));
}

/** Gives a player who is back what they had, if they left in this round. */
export function unparkShip({ parked }: ArenaState, id: string, ship: Ship): void {
  const had = parked.get(id);
  if (had === undefined) return;
  ship.x = had.x;
  ship.y = had.y;
  ship.score = had.score;
  ship.gems = had.gems;
  ship.hits = had.hits;
  ship.scoredAtTick = had.scoredAtTick;
  parked.delete(id);
}
