import type { ArenaState } from "../../game/arena.ts";

/** What happened between two pictures, for the eye and the ear. */
export type SceneEvent =
  | {
      readonly type: "pickup";
      readonly x: number;
      readonly y: number;
      readonly value: number;
      readonly by: string;
    }
  | { readonly type: "drop"; readonly x: number; readonly y: number }
  | { readonly type: "dash"; readonly x: number; readonly y: number; readonly by: string }
  | {
      readonly type: "hit";
      readonly x: number;
      readonly y: number;
      readonly victim: string;
      readonly by: string | undefined;
    }
  | { readonly type: "phase"; readonly phase: ArenaState["phase"] };

type SeenShip = { dashTicks: number; stunTicks: number; hits: number };
type SeenGem = { readonly x: number; readonly y: number; readonly value: number };
type Point = { readonly x: number; readonly y: number };

/** Farther than this from every ship, a gem that is gone was swept away, and nobody's. */
const PICKUP_REACH = 120;

/** Finds out what happened by comparing the state with the one before. */
export class SceneEvents {
  #phase: ArenaState["phase"] | undefined;
  #ships = new Map<string, SeenShip>();
  #gems = new Map<string, SeenGem>();

  next(state: ArenaState): SceneEvent[] {
    const isFirst = this.#phase === undefined;
    const events = isFirst ? [] : [...this.#gemEvents(state), ...this.#shipEvents(state)];
    if (state.phase !== this.#phase) events.push({ type: "phase", phase: state.phase });
    this.#remember(state);
    return events;
  }

  *#gemEvents(state: ArenaState): Generator<SceneEvent> {
    // A round's gems come and go all at once.
    if (state.phase !== this.#phase) return;
    for (const [key, gem] of this.#gems) {
      if (state.gems.has(key)) continue;
      const by = nearestShip(state, gem);
      if (by !== undefined) yield { type: "pickup", ...gem, by };
    }
    for (const [key, { x, y }] of state.gems.entries()) {
      if (!this.#gems.has(key)) yield { type: "drop", x, y };
    }
  }

  *#shipEvents(state: ArenaState): Generator<SceneEvent> {
    for (const [id, { x, y, dashTicks, stunTicks }] of state.ships.entries()) {
      const before = this.#ships.get(id);
      if (before === undefined) continue;
      if (dashTicks > before.dashTicks) yield { type: "dash", x, y, by: id };
      if (stunTicks > before.stunTicks) {
        yield { type: "hit", x, y, victim: id, by: this.#whoHit(state) };
      }
    }
  }

  #whoHit(state: ArenaState): string | undefined {
    for (const [id, { hits }] of state.ships.entries()) {
      const before = this.#ships.get(id);
      if (before !== undefined && hits > before.hits) return id;
    }
    return undefined;
  }

  #remember(state: ArenaState): void {
    this.#phase = state.phase;
    this.#ships = new Map();
    for (const [id, { dashTicks, stunTicks, hits }] of state.ships.entries()) {
      this.#ships.set(id, { dashTicks, stunTicks, hits });
    }
    this.#gems = new Map();
    for (const [key, { x, y, value }] of state.gems.entries()) this.#gems.set(key, { x, y, value });
  }
}

function nearestShip({ ships }: ArenaState, { x, y }: Point): string | undefined {
  let nearest: string | undefined;
  let least = PICKUP_REACH;
  for (const [id, ship] of ships.entries()) {
    const distance = Math.hypot(ship.x - x, ship.y - y);
    if (distance >= least) continue;
    nearest = id;
    least = distance;
  }
  return nearest;
}
