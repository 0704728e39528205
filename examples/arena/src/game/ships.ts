import type { Ship } from "./ArenaState.ts";
import {
  DASH_FACTOR,
  DASH_REST_TICKS,
  DASH_TICKS,
  DIAGONAL_SPEED,
  HEIGHT,
  HIT_REACH,
  SPEED,
  STARTS,
  WIDTH,
} from "./rules.ts";

type Point = { readonly x: number; readonly y: number };

/** Whether two points are at most `reach` apart. Compares squares, which whole numbers keep exact. */
function isNear(a: Point, b: Point, reach: number): boolean {
  return distanceSquared(a, b) <= reach * reach;
}

export function distanceSquared(a: Point, b: Point): number {
  return (a.x - b.x) ** 2 + (a.y - b.y) ** 2;
}

/** Puts a ship where its seat starts, with nothing done yet. */
export function resetShip(ship: Ship): void {
  const start = STARTS[ship.seat % STARTS.length] ?? STARTS[0];
  ship.x = start.x;
  ship.y = start.y;
  ship.dx = 0;
  ship.dy = 0;
  ship.score = 0;
  ship.gems = 0;
  ship.hits = 0;
  ship.dashTicks = 0;
  ship.restTicks = 0;
  ship.stunTicks = 0;
  ship.scoredAtTick = 0;
}

/** Starts a dash in the direction that the ship steers, unless it rests, is stunned or stands still. */
export function startDash(ship: Ship): void {
  const steers = ship.dx !== 0 || ship.dy !== 0;
  if (!steers || ship.restTicks > 0 || ship.stunTicks > 0) return;
  ship.dashTicks = DASH_TICKS;
  ship.restTicks = DASH_REST_TICKS;
}

/** One tick of flight. Walls stop a ship. */
export function moveShip(ship: Ship): void {
  if (ship.stunTicks === 0) {
    const straight = ship.dx === 0 || ship.dy === 0;
    const units = (straight ? SPEED : DIAGONAL_SPEED) * (ship.dashTicks > 0 ? DASH_FACTOR : 1);
    ship.x = Math.min(Math.max(ship.x + ship.dx * units, 0), WIDTH);
    ship.y = Math.min(Math.max(ship.y + ship.dy * units, 0), HEIGHT);
  }
  if (ship.stunTicks > 0) ship.stunTicks--;
  if (ship.dashTicks > 0) ship.dashTicks--;
  if (ship.restTicks > 0) ship.restTicks--;
}

export type Hit = { readonly by: Ship; readonly victim: Ship };

/**
 * Who hits whom in this tick. All are found before any counts, so that two who dash into each other both
 * hit, whoever joined first.
 */
export function findHits(ships: readonly Ship[]): Hit[] {
  const hits: Hit[] = [];
  for (const by of ships) {
    if (by.dashTicks === 0) continue;
    const victim = ships.find(
      (other) => other !== by && other.stunTicks === 0 && isNear(by, other, HIT_REACH),
    );
    if (victim !== undefined) hits.push({ by, victim });
  }
  return hits;
}
