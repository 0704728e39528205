/** A direction, as the game's `move` takes it. */
export type Direction = { readonly dx: -1 | 0 | 1; readonly dy: -1 | 0 | 1 };

export const STILL: Direction = { dx: 0, dy: 0 };

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowLeft: { dx: -1, dy: 0 },
  ArrowRight: { dx: 1, dy: 0 },
  ArrowUp: { dx: 0, dy: -1 },
  ArrowDown: { dx: 0, dy: 1 },
  KeyA: { dx: -1, dy: 0 },
  KeyD: { dx: 1, dy: 0 },
  KeyW: { dx: 0, dy: -1 },
  KeyS: { dx: 0, dy: 1 },
};

/** Keys are told by where they are, so that WASD is where it is on any keyboard. */
export const isSteeringKey = (code: string): boolean => Object.hasOwn(KEYS, code);

/** Where all the keys that are down steer together; opposite ones cancel out. */
export function keysToDirection(down: Iterable<string>): Direction {
  let [x, y] = [0, 0];
  for (const code of down) {
    x += KEYS[code]?.dx ?? 0;
    y += KEYS[code]?.dy ?? 0;
  }
  return { dx: Math.sign(x) as Direction["dx"], dy: Math.sign(y) as Direction["dy"] };
}

/** A drag shorter than this, in CSS pixels, steers nowhere. */
const DEAD_ZONE = 12;
/** Within 22.5° of an axis it steers along it. */
const AXIS = Math.sin(Math.PI / 8);

/** The one of eight directions that a drag comes nearest to. */
export function dragToDirection(x: number, y: number): Direction {
  const length = Math.hypot(x, y);
  if (length < DEAD_ZONE) return STILL;
  const along = (part: number) =>
    (Math.abs(part) / length < AXIS ? 0 : Math.sign(part)) as Direction["dx"];
  return { dx: along(x), dy: along(y) };
}
