import { assert } from "@weft/protocol";
import { ELEMENT_BYTES, toMontgomery, WORD_BYTES } from "./limbs.ts";
import { WIDTH } from "./parameters.ts";
import {
  FREE_ADDRESS,
  instantiatePermutation,
  MEMORY_PAGES,
  STATE_ADDRESSES,
} from "./permutationModule.ts";

/** Field elements that one permutation takes. */
const RATE = WIDTH - 1;
/** Of a field element outside the module: little-endian, below the modulus. */
export const FIELD_BYTES = 32;
/** Field elements that fit into the memory for inputs: the limit of one hash. */
export const MAX_HASH_INPUTS = 4096;
/** Kept, for the few lengths that the tree uses; others are computed each time. */
const MAX_KEPT_CAPACITIES = 16;

const INPUT_ADDRESS = FREE_ADDRESS;
const OUTPUT_ADDRESS = INPUT_ADDRESS + MAX_HASH_INPUTS * FIELD_BYTES;
const PAGE_BYTES = 65_536;
assert(
  OUTPUT_ADDRESS + 2 * FIELD_BYTES <= MEMORY_PAGES * PAGE_BYTES,
  "inputs and output fit into the memory",
);

const module = instantiatePermutation();
const bytes = new Uint8Array(module.memory.buffer);
const words = new BigUint64Array(module.memory.buffer);
const capacities = new Map<number, BigUint64Array>();

/** The sponge's capacity element at first: the number of inputs, times 2^64. It separates lengths. */
function capacityOf(inputCount: number): BigUint64Array {
  const kept = capacities.get(inputCount);
  if (kept !== undefined) return kept;
  const limbs = BigUint64Array.from(toMontgomery(BigInt(inputCount) << 64n));
  if (capacities.size < MAX_KEPT_CAPACITIES) capacities.set(inputCount, limbs);
  return limbs;
}

/**
 * Poseidon2's sponge over BN254, as Noir's `Poseidon2::hash` and Barretenberg's `poseidon2Hash`:
 * rate 3, fixed length. Synchronous, some 25 µs for up to three inputs on one core.
 * @param inputs field elements of 32 bytes, little-endian, each below the modulus; 1 to
 *   `MAX_HASH_INPUTS` of them
 * @returns a new array of 32 bytes, little-endian
 */
export function hashFields(inputs: readonly Uint8Array[]): Uint8Array {
  assert(inputs.length > 0 && inputs.length <= MAX_HASH_INPUTS, "a hash has some inputs");
  inputs.forEach((input, i) => {
    assert(input.length === FIELD_BYTES, "a field element has 32 bytes");
    bytes.set(input, INPUT_ADDRESS + i * FIELD_BYTES);
  });
  hashInputs(inputs.length);
  return bytes.slice(OUTPUT_ADDRESS, OUTPUT_ADDRESS + FIELD_BYTES);
}

/** The same for two inputs, without an array around them: a node of the tree. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  bytes.set(left, INPUT_ADDRESS);
  bytes.set(right, INPUT_ADDRESS + FIELD_BYTES);
  hashInputs(2);
  return bytes.slice(OUTPUT_ADDRESS, OUTPUT_ADDRESS + FIELD_BYTES);
}

function hashInputs(count: number): void {
  const [first, , , capacity] = STATE_ADDRESSES;
  words.fill(0n, first / WORD_BYTES, capacity / WORD_BYTES);
  words.set(capacityOf(count), capacity / WORD_BYTES);
  for (let i = 0; i < count; i++) {
    if (i > 0 && i % RATE === 0) module.permute();
    module.absorb(first + (i % RATE) * ELEMENT_BYTES, INPUT_ADDRESS + i * FIELD_BYTES);
  }
  module.permute();
  module.squeeze(OUTPUT_ADDRESS);
}
