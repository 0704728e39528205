import { STATE_TREE_DEPTH } from "@weft/protocol";
import { StateTreeError } from "../errors.ts";
import type { BlockLayer } from "./blockLayer.ts";
import type { Leaf } from "./leaf.ts";

const MAX_LEAVES = 2 ** STATE_TREE_DEPTH;

/**
 * Applies one transaction's writes, in the ascending order of their keys, whatever the order they were made in:
 * new leaves take the next places in that order. So a root depends on what was written, and not on how.
 *
 * Writing what is there already changes nothing; neither does writing zero where there is no leaf. Any other
 * zero stays as a leaf with that value.
 * @returns the leaves as they are now that were changed or added; `hashTransactions` is to be told
 * @throws StateTreeError TREE_FULL, BLOCK_TOO_LARGE; the layer is of no use then
 */
export function applyWrites(
  layer: BlockLayer,
  writes: Iterable<readonly [key: bigint, value: bigint]>,
): Leaf[] {
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
  return [...touched.values()];
}
