import type { GameContext } from "@weft/game";
import { type ArenaState, Gem, type Ship } from "./ArenaState.ts";
import {
  BASE_GEMS,
  DROP_SPREAD,
  GEM_MARGIN,
  GEM_REACH,
  GEM_VALUE,
  GEMS_PER_PLAYER,
  GOLD_PROBABILITY,
  GOLD_VALUE,
  HEIGHT,
  HIT_LOSS,
  WIDTH,
} from "./rules.ts";
import { distanceSquared } from "./ships.ts";

type Context = GameContext<ArenaState>;

function addGem(state: ArenaState, x: number, y: number, value: number): void {
  state.gems.set(String(state.gemCount), new Gem({ x, y, value }));
  state.gemCount++;
}

/** Fills the plane up to as many gems as there should be. */
export function spawnGems({ state, players, random }: Context): void {
  const wanted = BASE_GEMS + GEMS_PER_PLAYER * players.length;
  while (state.gems.size < wanted) {
    const x = random.int(GEM_MARGIN, WIDTH - GEM_MARGIN);
    const y = random.int(GEM_MARGIN, HEIGHT - GEM_MARGIN);
    addGem(state, x, y, random.chance(GOLD_PROBABILITY) ? GOLD_VALUE : GEM_VALUE);
  }
}

/** Gives every gem that is in reach to the ship that is nearest; of two as near, to the earlier one. */
export function collectGems({ state, tick }: Context, ships: readonly Ship[]): void {
  for (const [key, gem] of state.gems.entries()) {
    let nearest: Ship | undefined;
    let least = GEM_REACH * GEM_REACH + 1;
    for (const ship of ships) {
      const distance = distanceSquared(ship, gem);
      if (ship.stunTicks > 0 || distance >= least) continue;
      nearest = ship;
      least = distance;
    }
    if (nearest === undefined) continue;
    state.gems.delete(key);
    nearest.score += gem.value;
    nearest.gems++;
    nearest.scoredAtTick = tick;
  }
}

/** What a hit costs its victim lies near it as a gem, for whoever comes first. */
export function dropGem({ state, random, tick }: Context, victim: Ship): void {
  const value = Math.min(victim.score, HIT_LOSS);
  if (value === 0) return;
  victim.score -= value;
  victim.scoredAtTick = tick;
  const clamp = (at: number, size: number) => Math.min(Math.max(at, GEM_MARGIN), size - GEM_MARGIN);
  const x = victim.x + random.int(-DROP_SPREAD, DROP_SPREAD);
  const y = victim.y + random.int(-DROP_SPREAD, DROP_SPREAD);
  addGem(state, clamp(x, WIDTH), clamp(y, HEIGHT), value);
}
