import * as seeded from "@weft/protocol/testing";

/** Chance that a seed decides. */
export type Random = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** One of the keys, as often as its weight says: a small whole number. */
  pick<Key extends string>(weights: Readonly<Record<Key, number>>): Key;
};

export function createRandom(seed: number): Random {
  const below = seeded.createRandom(seed);
  return {
    below,
    pick(weights) {
      const keys = Object.keys(weights) as (keyof typeof weights)[];
      const tickets = keys.flatMap((key) => Array.from({ length: weights[key] }, () => key));
      return tickets[below(tickets.length)] as keyof typeof weights;
    },
  };
}
