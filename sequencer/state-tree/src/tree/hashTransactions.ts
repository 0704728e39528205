import { STATE_TREE_DEPTH } from "@weft/protocol";
import { hashMany } from "../poseidon2/poseidon2.ts";
import type { BlockLayer } from "./blockLayer.ts";
import type { Digest } from "./digest.ts";
import { type Leaf, leafInputs } from "./leaf.ts";
import { nodeId } from "./records.ts";

/**
 * The roots after each of some transactions, level by level: all nodes of a level, of all transactions, depend on
 * nodes below them only, so that they are hashed side by side. That is why transactions are executed first and hashed
 * later. Each node on a transaction's way up is hashed once for it.
 * @param transactions the leaves that each of them changed or added, in the order they were executed in
 * @param rootBefore the first of them
 */
export function hashTransactions(
  layer: BlockLayer,
  transactions: readonly (readonly Leaf[])[],
  rootBefore: Digest,
): Digest[] {
  const ascending = transactions.map((leaves) => leaves.toSorted((a, b) => a.index - b.index));
  // By transaction, and so are the digests, one after the other.
  let changed = ascending.map((leaves) => leaves.map(({ index }) => index));
  let digests = hashMany(ascending.flat().flatMap(leafInputs), 4);
  for (let level = 0; level < STATE_TREE_DEPTH; level++) {
    const inputs: Digest[] = [];
    let done = 0;
    changed = changed.map((indexes) => {
      // What a later transaction does to the level isn't there yet, what earlier ones did is.
      for (const index of indexes) {
        layer.nodes.set(nodeId(level, index), digests[done++] as Digest);
      }
      const parents = parentsOf(indexes);
      for (const parent of parents) {
        inputs.push(layer.node(level, 2 * parent), layer.node(level, 2 * parent + 1));
      }
      return parents;
    });
    digests = hashMany(inputs, 2);
  }
  let hashed = 0;
  let root = rootBefore;
  return changed.map(({ length }) => {
    if (length > 0) root = digests[hashed++] as Digest;
    return root;
  });
}

/** @param indexes ascending, and so is what it returns */
function parentsOf(indexes: readonly number[]): number[] {
  const parents: number[] = [];
  for (const index of indexes) {
    const parent = Math.floor(index / 2);
    if (parents.at(-1) !== parent) parents.push(parent);
  }
  return parents;
}
