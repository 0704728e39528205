/** Chance that a seed decides. */
export type Random = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of the keys, as often as its weight says: a small whole number. */
  pick<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
};

/** Mulberry32: small, and good enough to choose moments with. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    pick(weights) {
      const keys = Object.keys(weights) as (keyof typeof weights)[];
      const tickets = keys.flatMap((key) => Array.from({ length: weights[key] }, () => key));
      return tickets[Math.floor(next() * tickets.length)] as keyof typeof weights;
    },
  };
}
