/**
 * For tests and benchmarks: numbers that look like chance and are the same for the same seed, everywhere.
 * Mulberry32: small, and good enough to choose moments and places with.
 * @param seed a whole number; of a larger one the lower 32 bits
 * @returns what gives the next number, from 0 to below 1
 */
export function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * The same chance in whole numbers.
 * @returns what gives the next number, from 0 to below `below`
 */
export function createRandom(seed: number): (below: number) => number {
  const chance = createChance(seed);
  return (below) => Math.floor(chance() * below);
}
