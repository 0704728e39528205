import type { ArenaState, Ship } from "../game/arena.ts";
import { rules } from "../game/arena.ts";

export type Steering = { readonly dx: -1 | 0 | 1; readonly dy: -1 | 0 | 1; readonly dash: boolean };

/** Closer than this along an axis, a ship doesn't steer along it: it would overshoot for ever. */
const DEAD_ZONE = rules.SPEED;
/** A dash is worth it from this far on. */
const DASH_DISTANCE = 260;

/** What a gem is worth that somebody else will have first, as a part of its worth. */
const CONTESTED = 0.3;

/** Steers to the gem that is worth most for its distance, and rather not where others are ahead. */
export function steer(state: ArenaState, playerId: string): Steering {
  const ship = state.ships.get(playerId);
  if (ship === undefined) return { dx: 0, dy: 0, dash: false };
  const target = bestGem(state, ship, playerId);
  if (target === undefined) return { dx: 0, dy: 0, dash: false };
  const towards = (distance: number) =>
    Math.abs(distance) < DEAD_ZONE ? 0 : (Math.sign(distance) as -1 | 1);
  return {
    dx: towards(target.x - ship.x),
    dy: towards(target.y - ship.y),
    dash: ship.restTicks === 0 && distance(ship, target) > DASH_DISTANCE,
  };
}

function bestGem(state: ArenaState, ship: Ship, playerId: string) {
  let best: { x: number; y: number } | undefined;
  let bestWorth = 0;
  for (const [key, gem] of state.gems.entries()) {
    const part = isContested(state, gem, ship, playerId) ? CONTESTED : 1;
    const liked = part * taste(playerId, key);
    const worth = (liked * gem.value) / (distance(ship, gem) + rules.GEM_REACH);
    if (worth <= bestWorth) continue;
    best = gem;
    bestWorth = worth;
  }
  return best;
}

/** Whether another ship is nearer. */
function isContested({ ships }: ArenaState, gem: Point, ship: Ship, playerId: string): boolean {
  const own = distance(ship, gem);
  for (const [id, other] of ships.entries()) {
    if (id === playerId) continue;
    if (distance(other, gem) < own) return true;
  }
  return false;
}

/** Everybody likes other gems best, so that two who meet part again. @returns about 1 */
function taste(playerId: string, key: string): number {
  let hash = 7;
  for (const letter of playerId + key) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return 0.7 + (0.6 * ((hash ^ (hash >>> 13)) >>> 0)) / 2 ** 32;
}

type Point = { readonly x: number; readonly y: number };
const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y);
