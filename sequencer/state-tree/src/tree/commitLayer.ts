import { assert } from "@weft/protocol";
import { HISTORY_BLOCKS } from "../limits.ts";
import type { StoreChange } from "../store/treeStore.ts";
import type { BlockLayer } from "./blockLayer.ts";
import type { CommittedState } from "./committedState.ts";
import type { Digest } from "./digest.ts";
import {
  changesKey,
  decodeChanges,
  encodeAbsence,
  encodeChanges,
  encodeLeaf,
  encodeNewest,
  encodeVersion,
  indexOf,
  leafKey,
  levelOf,
  NEWEST_KEY,
  nodeKey,
  oldLeafKey,
  oldNodeKey,
  type Version,
  versionKey,
} from "./records.ts";

/**
 * Writes a block's changes, what they replace, and forgets the block that leaves the history: all of it or nothing.
 * @throws StateTreeError STORE_FAILED, STORE_CONFLICT, CLOSED
 */
export function commitLayer(committed: CommittedState, layer: BlockLayer, root: Digest): Version {
  const { ordinal: before } = committed.newest;
  const version: Version = { ordinal: before + 1, root, leafCount: layer.leafCount };
  const changes = [
    ...forgetOldest(committed, version.ordinal),
    ...replacements(committed, layer, version.ordinal),
    { key: versionKey(version.ordinal), value: encodeVersion(version) },
    { key: NEWEST_KEY, value: encodeNewest(version.ordinal) },
  ];
  committed.store.write(changes, { key: NEWEST_KEY, value: encodeNewest(before) });
  committed.advance(version, layer.nodes);
  return version;
}

function* replacements(
  committed: CommittedState,
  layer: BlockLayer,
  ordinal: number,
): Generator<StoreChange> {
  const { base } = layer;
  for (const [id, digest] of layer.nodes) {
    const [level, index] = [levelOf(id), indexOf(id)];
    if (index * 2 ** level < base.leafCount) {
      yield { key: oldNodeKey(id, ordinal), value: committed.node(base, level, index) };
    }
    yield { key: nodeKey(id), value: digest };
  }
  for (const leaf of layer.leaves.values()) {
    yield { key: oldLeafKey(leaf.key, ordinal), value: encodeOld(committed, layer, leaf.key) };
    yield { key: leafKey(leaf.key), value: encodeLeaf(leaf) };
  }
  const list = { nodes: [...layer.nodes.keys()], leaves: [...layer.leaves.keys()] };
  yield { key: changesKey(ordinal), value: encodeChanges(list) };
}

function encodeOld(
  committed: CommittedState,
  { base, added }: BlockLayer,
  key: bigint,
): Uint8Array {
  const before = added.get(key);
  if (before !== undefined) return encodeAbsence(before);
  const old = committed.leaf(base, key);
  assert(old !== undefined, "a leaf that wasn't added was there");
  return encodeLeaf(old);
}

/** What no version of the history needs once the block `ordinal` is there. */
function* forgetOldest(committed: CommittedState, ordinal: number): Generator<StoreChange> {
  // This block made the oldest version that stays: nobody will ask for what was before it.
  const oldest = ordinal - HISTORY_BLOCKS + 1;
  if (oldest < 1) return;
  const record = committed.store.get(changesKey(oldest));
  // after a rollback that block may be forgotten already
  if (record === undefined) return;
  const { nodes, leaves } = decodeChanges(record);
  for (const id of nodes) yield { key: oldNodeKey(id, oldest), value: undefined };
  for (const key of leaves) yield { key: oldLeafKey(key, oldest), value: undefined };
  yield { key: changesKey(oldest), value: undefined };
  yield { key: versionKey(oldest - 1), value: undefined };
}
