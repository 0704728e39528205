import { assert, bytesEqual } from "@weft/protocol";
import { LANES } from "./lanes/digits.ts";
import { LaneHasher, MAX_LANE_INPUTS } from "./lanes/laneHasher.ts";
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
/** With fewer, the one-by-one module is as fast: all lanes take the time of two of its hashes. */
const MIN_HASHES_IN_LANES = 2;
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

/**
 * Many hashes of a few inputs each: more than twice as fast as one by one, where the processor has what it takes.
 * @param inputs those of the first hash, then those of the second, …
 * @param each how many inputs a hash has, up to `MAX_LANE_INPUTS`
 */
export function hashMany(inputs: readonly Uint8Array[], each: number): Uint8Array[] {
  assert(each > 0 && each <= MAX_LANE_INPUTS, "one of many hashes has few inputs");
  assert(inputs.length % each === 0, "no hash lacks inputs");
  lanes ??= startLanes();
  const hashes: Uint8Array[] = [];
  for (let from = 0; from < inputs.length; from += LANES * each) {
    const some = inputs.slice(from, from + LANES * each);
    if (lanes !== "none" && some.length >= MIN_HASHES_IN_LANES * each) {
      hashes.push(...lanes.hash(some, each));
      continue;
    }
    for (let i = 0; i < some.length; i += each) hashes.push(hashFields(some.slice(i, i + each)));
  }
  return hashes;
}

let lanes: LaneHasher | "none" | undefined;

/** Whether additions and multiplications are fused is for the processor to decide, once and for all. */
function startLanes(): LaneHasher | "none" {
  const bytes = Uint8Array.from({ length: FIELD_BYTES }, (_, i) => (37 * i + 11) % 48);
  try {
    const hasher = new LaneHasher();
    const isRight = hasher
      .hash(new Array(2 * LANES).fill(bytes), 2)
      .every((hash) => bytesEqual(hash, hashPair(bytes, bytes)));
    return isRight ? hasher : "none";
  } catch (error) {
    if (error instanceof WebAssembly.CompileError) return "none";
    throw error;
  }
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
