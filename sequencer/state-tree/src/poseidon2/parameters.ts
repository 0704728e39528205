import { FIELD_MODULUS } from "@weft/protocol";

// Poseidon2 over BN254's scalar field with t = 4, as Barretenberg and Noir have it. Everything but the
// internal matrix follows from these numbers by the generator that the Poseidon papers prescribe.

/** Field elements in the state. */
export const WIDTH = 4;
/** Rounds with an S-box on every element; half of them before the partial rounds, half after. */
export const FULL_ROUNDS = 8;
/** Rounds with an S-box on the first element only. */
export const PARTIAL_ROUNDS = 56;

/** The internal matrix has ones everywhere, and these added on its diagonal. */
export const INTERNAL_DIAGONAL: readonly bigint[] = [
  0x10dc6e9c006ea38b04b1e03b4bd9490c0d03f98929ca1d7fb56821fd19d3b6e7n,
  0x0c28145b6a44df3e0149b3d0a30b3bb599df9756d4dd9b84a86b38cfb45a740bn,
  0x00544b8338791518b2c7645a50392798b21f75bb60e3596170067d00141cac15n,
  0x222c01175718386f2e2e82eb122789e352e105a3b8fa852613bc534433ee428bn,
];

const FIELD_BITS = 254;
const REGISTER_BITS = 80;
const DISCARDED_BITS = 160;

/** The register's first content: field (1), S-box (0), field bits, width, rounds, and ones. */
function firstRegister(): number[] {
  const parts: [value: number, bits: number][] = [
    [1, 2],
    [0, 4],
    [FIELD_BITS, 12],
    [WIDTH, 12],
    [FULL_ROUNDS, 10],
    [PARTIAL_ROUNDS, 10],
    [2 ** 30 - 1, 30],
  ];
  return parts.flatMap(([value, bits]) =>
    Array.from(value.toString(2).padStart(bits, "0"), (digit) => Number(digit)),
  );
}

/** The Grain LFSR in its self-shrinking mode: an endless stream of bits. */
function* grainBits(): Generator<number, never> {
  const register = firstRegister();
  let at = 0;
  const tap = (offset: number) => register[(at + offset) % REGISTER_BITS] as number;
  const step = () => {
    const bit = tap(62) ^ tap(51) ^ tap(38) ^ tap(23) ^ tap(13) ^ tap(0);
    register[at] = bit;
    at = (at + 1) % REGISTER_BITS;
    return bit;
  };
  for (let i = 0; i < DISCARDED_BITS; i++) step();
  for (;;) {
    const keep = step();
    const bit = step();
    if (keep === 1) yield bit;
  }
}

/**
 * What is added to the state before each round's S-box: one array of four for every round, full or
 * partial, in order; in partial rounds the last three are zero.
 */
export function roundConstants(): readonly (readonly bigint[])[] {
  const bits = grainBits();
  const next = () => {
    for (;;) {
      let value = 0n;
      for (let i = 0; i < FIELD_BITS; i++) value = (value << 1n) | BigInt(bits.next().value);
      if (value < FIELD_MODULUS) return value;
    }
  };
  return Array.from({ length: FULL_ROUNDS + PARTIAL_ROUNDS }, (_, round) =>
    isPartial(round) ? [next(), 0n, 0n, 0n] : [next(), next(), next(), next()],
  );
}

/** @param round counted from 0 over all rounds */
export function isPartial(round: number): boolean {
  return round >= FULL_ROUNDS / 2 && round < FULL_ROUNDS / 2 + PARTIAL_ROUNDS;
}
