import { splitHalves } from "@weft/protocol";
import { hashFields } from "../poseidon2/poseidon2.ts";
import { type Digest, digestOf } from "./digest.ts";

/** One leaf: an entry of the state, and a link of the list that has all keys in ascending order. */
export type Leaf = {
  /** A field element; zero only for the first leaf, which stands before all others. */
  readonly key: bigint;
  /** Its place in the tree, from 0 to 2^32 - 1. It keeps it forever. */
  readonly index: number;
  /** Below 2^256. */
  readonly value: bigint;
  /** The least key above this one; zero when there is none. */
  readonly nextKey: bigint;
};

/** The only leaf of an empty tree. */
export const FIRST_LEAF: Leaf = { key: 0n, index: 0, value: 0n, nextKey: 0n };

/** What a leaf's hash is of. */
export function leafInputs({ key, value, nextKey }: Leaf): Digest[] {
  const [hi, lo] = splitHalves(value);
  return [key, hi, lo, nextKey].map(digestOf);
}

export function hashLeaf(leaf: Leaf): Digest {
  return hashFields(leafInputs(leaf));
}
