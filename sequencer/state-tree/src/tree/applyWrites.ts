import { STATE_TREE_DEPTH } from "@weft/protocol";
import { StateTreeError } from "../errors.ts";
import { hashPair } from "../poseidon2/poseidon2.ts";
import type { BlockLayer } from "./blockLayer.ts";
import type { Digest } from "./digest.ts";
import { hashLeaf, type Leaf } from "./leaf.ts";
import { nodeId } from "./records.ts";

const MAX_LEAVES = 2 ** STATE_TREE_DEPTH;

/**
 * Applies one transaction's writes, in the ascending order of their keys, whatever the order they were made in:
 * new leaves take the next places in that order. So a root depends on what was written, and not on how.
 *
 * Writing what is there already changes nothing; neither does writing zero where there is no leaf. Any other
 * zero stays as a leaf with that value. Each node on the way up is hashed once.
 * @returns the root
 * @throws StateTreeError TREE_FULL, BLOCK_TOO_LARGE; the layer is of no use then
 */
export function applyWrites(
  layer: BlockLayer,
  writes: Iterable<readonly [key: bigint, value: bigint]>,
  rootBefore: Digest,
): Digest {
  const touched = new Map<number, Leaf>();
  const put = (leaf: Leaf) => {
    layer.putLeaf(leaf);
    touched.set(leaf.index, leaf);
  };
  const ascending = [...writes].sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of ascending) {
    const leaf = layer.leaf(key);
    if (leaf !== undefined) {
      if (leaf.value !== value) put({ ...leaf, value });
      continue;
    }
    if (value === 0n) continue;
    if (layer.leafCount === MAX_LEAVES) {
      throw new StateTreeError("TREE_FULL", "all leaves are taken");
    }
    const { leaf: before, keyInBase } = layer.leafBefore(key);
    const added = { key, index: layer.leafCount, value, nextKey: before.nextKey };
    put({ ...before, nextKey: key });
    layer.addLeaf(added, keyInBase);
    touched.set(added.index, added);
  }
  layer.endBatch();
  return touched.size === 0 ? rootBefore : rehash(layer, touched.values());
}

function rehash(layer: BlockLayer, leaves: Iterable<Leaf>): Digest {
  let changed: number[] = [];
  for (const leaf of leaves) {
    layer.nodes.set(nodeId(0, leaf.index), hashLeaf(leaf));
    changed.push(leaf.index);
  }
  changed.sort((a, b) => a - b);
  for (let level = 0; ; level++) {
    changed = parentsOf(changed);
    for (const index of changed) {
      const digest = hashPair(layer.node(level, 2 * index), layer.node(level, 2 * index + 1));
      // the root is in no level: versions have it
      if (level + 1 === STATE_TREE_DEPTH) return digest;
      layer.nodes.set(nodeId(level + 1, index), digest);
    }
  }
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
