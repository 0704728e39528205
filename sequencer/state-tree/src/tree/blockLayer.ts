import { StateTreeError } from "../errors.ts";
import { MAX_BLOCK_CHANGES } from "../limits.ts";
import type { CommittedState } from "./committedState.ts";
import { type Digest, EMPTY_NODES } from "./digest.ts";
import type { Leaf } from "./leaf.ts";
import { type NodeId, nodeId, type Version } from "./records.ts";

/** What a block changes in the tree, over the version that it follows. */
export class BlockLayer {
  readonly base: Version;
  readonly #committed: CommittedState;
  readonly nodes = new Map<NodeId, Digest>();
  readonly leaves = new Map<bigint, Leaf>();
  /** Keys of leaves that the block adds, each with the greatest key below it in the base. */
  readonly added = new Map<bigint, bigint>();
  leafCount: number;
  /** Keys of leaves that the block adds, ascending. */
  #addedKeys: bigint[] = [];
  /** The same, of the batch that is being applied; each is above the one before it. */
  #batchKeys: bigint[] = [];

  constructor(committed: CommittedState, base: Version) {
    this.#committed = committed;
    this.base = base;
    this.leafCount = base.leafCount;
  }

  node(level: number, index: number): Digest {
    if (index * 2 ** level >= this.leafCount) return EMPTY_NODES[level] as Digest;
    return this.nodes.get(nodeId(level, index)) ?? this.#committed.node(this.base, level, index);
  }

  leaf(key: bigint): Leaf | undefined {
    return this.leaves.get(key) ?? this.#committed.leaf(this.base, key);
  }

  /** The leaf before a key that isn't there, and that is above all keys of the batch. */
  leafBefore(key: bigint): { readonly leaf: Leaf; readonly keyInBase: bigint } {
    const committed = this.#committed.leafAtOrBefore(this.base, key);
    const added = this.#addedKeys[countBelow(this.#addedKeys, key) - 1] ?? 0n;
    const inBatch = this.#batchKeys.at(-1) ?? 0n;
    const greatest = added > inBatch ? added : inBatch;
    const before = greatest > committed.key ? greatest : committed.key;
    return { leaf: this.leaves.get(before) ?? committed, keyInBase: committed.key };
  }

  putLeaf(leaf: Leaf): void {
    this.leaves.set(leaf.key, leaf);
    if (this.leaves.size > MAX_BLOCK_CHANGES) {
      throw new StateTreeError("BLOCK_TOO_LARGE", "a block changes too many leaves", {
        details: { limit: MAX_BLOCK_CHANGES },
      });
    }
  }

  /** @param keyInBase from `leafBefore` */
  addLeaf(leaf: Leaf, keyInBase: bigint): void {
    this.putLeaf(leaf);
    this.added.set(leaf.key, keyInBase);
    this.#batchKeys.push(leaf.key);
    this.leafCount++;
  }

  endBatch(): void {
    if (this.#batchKeys.length === 0) return;
    this.#addedKeys = mergeAscending(this.#addedKeys, this.#batchKeys);
    this.#batchKeys = [];
  }
}

/** How many of the ascending keys are below `key`. */
function countBelow(keys: readonly bigint[], key: bigint): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] as bigint) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeAscending(a: readonly bigint[], b: readonly bigint[]): bigint[] {
  const merged: bigint[] = [];
  let i = 0;
  for (const key of b) {
    while (i < a.length && (a[i] as bigint) < key) merged.push(a[i++] as bigint);
    merged.push(key);
  }
  while (i < a.length) merged.push(a[i++] as bigint);
  return merged;
}
