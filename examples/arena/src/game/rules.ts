/**
 * The arena's numbers. Whole units and whole ticks everywhere: nothing to round, so nothing that two
 * engines could round differently. The plane's origin is its upper left corner.
 */

export const TICK_RATE_HZ = 30;
export const MAX_PLAYERS = 8;
/** Players who left in a round and whose score is kept for them. Of more, the first ones' is dropped. */
export const MAX_PARKED = 32;

export const WIDTH = 1600;
export const HEIGHT = 900;

/** Units a tick, along one axis and on both at once (6 / √2, rounded). */
export const SPEED = 6;
export const DIAGONAL_SPEED = 4;
/** A dash flies this many times as fast … */
export const DASH_FACTOR = 3;
/** … for so many ticks … */
export const DASH_TICKS = 6;
/** … and not again for so many, counted from its start. */
export const DASH_REST_TICKS = 45;

/** A dashing ship hits what is this near, and stops. */
export const HIT_REACH = 44;
/** A ship that was hit drifts without power for so long … */
export const STUN_TICKS = 20;
/** … and loses up to so many points, which lie there as a gem. */
export const HIT_LOSS = 2;
/** How far from the ship they may land, along each axis. */
export const DROP_SPREAD = 90;

/** A ship picks up gems that are this near. */
export const GEM_REACH = 30;
export const GEM_VALUE = 1;
export const GOLD_VALUE = 3;
export const GOLD_PROBABILITY = 0.15;
/** Gems keep this far from the walls. */
export const GEM_MARGIN = 40;
/** Gems on the plane: some for everybody and some more for each player. */
export const BASE_GEMS = 4;
export const GEMS_PER_PLAYER = 2;

/** Where ships start, by seat: neighbours in number start far from each other. */
export const STARTS = [
  { x: 200, y: 200 },
  { x: 1400, y: 700 },
  { x: 1400, y: 200 },
  { x: 200, y: 700 },
  { x: 600, y: 120 },
  { x: 1000, y: 780 },
  { x: 1000, y: 120 },
  { x: 600, y: 780 },
] as const;
