import type { ArenaState, Ship } from "../game/arena.ts";
import { rules } from "../game/arena.ts";

export type Steering = { readonly dx: -1 | 0 | 1; readonly dy: -1 | 0 | 1; readonly dash: boolean };

/** Closer than this along an axis, a ship doesn't steer along it: it would overshoot for ever. */
const DEAD_ZONE = rules.SPEED;
/** A dash is worth it from this far on. */
const DASH_DISTANCE = 260;

/** Steers to the gem that is worth most for its distance. */
export function steer(state: ArenaState, playerId: string): Steering {
  const ship = state.ships.get(playerId);
  if (ship === undefined) return { dx: 0, dy: 0, dash: false };
  const target = bestGem(state, ship);
  if (target === undefined) return { dx: 0, dy: 0, dash: false };
  const towards = (distance: number) =>
    Math.abs(distance) < DEAD_ZONE ? 0 : (Math.sign(distance) as -1 | 1);
  return {
    dx: towards(target.x - ship.x),
    dy: towards(target.y - ship.y),
    dash: ship.restTicks === 0 && distance(ship, target) > DASH_DISTANCE,
  };
}

function bestGem(state: ArenaState, ship: Ship) {
  let best: { x: number; y: number } | undefined;
  let bestWorth = 0;
  for (const gem of state.gems.values()) {
    const worth = gem.value / (distance(ship, gem) + rules.GEM_REACH);
    if (worth <= bestWorth) continue;
    best = gem;
    bestWorth = worth;
  }
  return best;
}

type Point = { readonly x: number; readonly y: number };
const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
