import { assert, bytesEqual, type Hash, STATE_TREE_DEPTH } from "@weft/protocol";
import { StateTreeError } from "../errors.ts";
import { HISTORY_BLOCKS, NODE_CACHE_GENERATION } from "../limits.ts";
import { hashPair } from "../poseidon2/poseidon2.ts";
import type { StoreChange, TreeStore } from "../store/treeStore.ts";
import { type Digest, digestToHash, EMPTY_NODES } from "./digest.ts";
import { GenerationCache } from "./generationCache.ts";
import { FIRST_LEAF, hashLeaf, type Leaf } from "./leaf.ts";
import {
  corrupt,
  decodeAbsence,
  decodeLeaf,
  decodeNewest,
  decodeNode,
  decodeVersion,
  encodeLeaf,
  encodeNewest,
  encodeVersion,
  keyOfEntry,
  leafKey,
  MAX_ORDINAL,
  NEWEST_KEY,
  type NodeId,
  nodeId,
  nodeKey,
  oldLeafKey,
  oldNodeKey,
  type Version,
  versionKey,
} from "./records.ts";

/**
 * What is in the store: the newest tree, and how it was after each of the last blocks.
 *
 * A node or leaf of an older version is the newest one, unless a block after that version replaced it:
 * then the first such block has kept what it replaced. Places that were free then need no record, since
 * leaves are only ever added.
 */
export class CommittedState {
  readonly store: TreeStore;
  /** Nodes of the newest version. */
  readonly #nodes = new GenerationCache<NodeId, Digest>(NODE_CACHE_GENERATION);
  /** Oldest first; the last is the newest. */
  #versions: Version[];
  #byRoot = new Map<Hash, Version>();

  /** @throws StateTreeError STORE_CORRUPT */
  constructor(store: TreeStore) {
    this.store = store;
    const newest = store.get(NEWEST_KEY);
    if (newest === undefined) writeEmptyTree(store);
    this.#versions = readVersions(store, newest === undefined ? 0 : decodeNewest(newest));
    this.#indexRoots();
    const top = STATE_TREE_DEPTH - 1;
    const root = hashPair(this.node(this.newest, top, 0), this.node(this.newest, top, 1));
    if (!bytesEqual(root, this.newest.root)) throw corrupt("a root that isn't its tree's");
  }

  get newest(): Version {
    return this.#versions.at(-1) as Version;
  }

  get versions(): readonly Version[] {
    return this.#versions;
  }

  /** @throws StateTreeError VERSION_UNKNOWN */
  versionOf(root: Hash): Version {
    const version = this.#byRoot.get(root);
    if (version === undefined) {
      throw new StateTreeError("VERSION_UNKNOWN", "no block of the history has this root", {
        details: { root },
      });
    }
    return version;
  }

  /** @throws StateTreeError VERSION_UNKNOWN */
  versionAt(ordinal: number): Version {
    const version = this.#versions[ordinal - (this.#versions[0]?.ordinal ?? 0)];
    if (version === undefined) {
      throw new StateTreeError("VERSION_UNKNOWN", "the history doesn't have this block", {
        details: { newest: this.newest.ordinal - 1, asked: ordinal - 1 },
      });
    }
    return version;
  }

  /** @param level 0 for leaves, 31 for what is below the root */
  node(version: Version, level: number, index: number): Digest {
    if (index * 2 ** level >= version.leafCount) return EMPTY_NODES[level] as Digest;
    const id = nodeId(level, index);
    const ordinal = this.#checkKept(version);
    if (ordinal !== this.newest.ordinal) {
      const old = this.#replacedAfter(oldNodeKey(id, ordinal + 1), oldNodeKey(id, MAX_ORDINAL));
      if (old !== undefined) return decodeNode(old);
    }
    return this.#newestNode(id);
  }

  /** The leaf of a key, where the version has one. */
  leaf(version: Version, key: bigint): Leaf | undefined {
    const record = this.store.get(leafKey(key));
    return record === undefined ? undefined : this.#leafAt(version, key, record);
  }

  /** The leaf with the greatest key up to and including `key`. */
  leafAtOrBefore(version: Version, key: bigint): Leaf {
    const entry = this.store.atOrBefore(leafKey(key), leafKey(0n));
    if (entry === undefined) throw corrupt("no first leaf");
    let found = keyOfEntry(entry.key);
    let leaf = this.#leafAt(version, found, entry.value);
    // A leaf that a later block added: the version has none between it and the one that was before it when that
    // block began. That one is of an older block, so this ends, however many leaves were added here.
    for (let hops = 0; leaf === undefined; hops++) {
      assert(hops < HISTORY_BLOCKS, "each hop leads to an older block's leaf");
      found = this.#keyBefore(version, found);
      leaf = this.leaf(version, found);
    }
    return leaf;
  }

  /** Of a leaf that was added after a version. */
  #keyBefore({ ordinal }: Version, key: bigint): bigint {
    const record = this.#replacedAfter(oldLeafKey(key, ordinal + 1), oldLeafKey(key, MAX_ORDINAL));
    if (record === undefined) throw corrupt("a leaf that no block has added");
    return decodeAbsence(record);
  }

  /** Takes over what was just written. @param nodes those that changed, of the new version */
  advance(version: Version, nodes: ReadonlyMap<NodeId, Digest>): void {
    this.#versions.push(version);
    if (this.#versions.length > HISTORY_BLOCKS) this.#versions.shift();
    this.#indexRoots();
    for (const [id, digest] of nodes) this.#nodes.set(id, digest);
  }

  /** Takes over that everything after a version was just taken back. */
  retreat(version: Version): void {
    this.#versions = this.#versions.filter(({ ordinal }) => ordinal <= version.ordinal);
    this.#indexRoots();
    this.#nodes.clear();
  }

  /** A block may leave the root as it was: the newest version then stands for it. */
  #indexRoots(): void {
    this.#byRoot = new Map(this.#versions.map((version) => [digestToHash(version.root), version]));
  }

  /** A version that is no longer kept would be read wrongly. */
  #checkKept(version: Version): number {
    const known = this.versionAt(version.ordinal);
    if (known !== version) {
      throw new StateTreeError("VERSION_UNKNOWN", "the block was taken back", {
        details: { asked: version.ordinal - 1 },
      });
    }
    return version.ordinal;
  }

  #leafAt(version: Version, key: bigint, newest: Uint8Array): Leaf | undefined {
    const leaf = decodeLeaf(key, newest);
    const ordinal = this.#checkKept(version);
    if (leaf.index >= version.leafCount) return undefined;
    if (ordinal === this.newest.ordinal) return leaf;
    const old = this.#replacedAfter(oldLeafKey(key, ordinal + 1), oldLeafKey(key, MAX_ORDINAL));
    return old === undefined ? leaf : decodeLeaf(key, old);
  }

  #replacedAfter(first: Uint8Array, last: Uint8Array): Uint8Array | undefined {
    return this.store.atOrAfter(first, last)?.value;
  }

  #newestNode(id: NodeId): Digest {
    const cached = this.#nodes.get(id);
    if (cached !== undefined) return cached;
    const record = this.store.get(nodeKey(id));
    if (record === undefined) throw corrupt("no node where there are leaves");
    const digest = decodeNode(record);
    this.#nodes.set(id, digest);
    return digest;
  }
}

/** Version 0: the first leaf, and the nodes above it. */
function writeEmptyTree(store: TreeStore): void {
  const changes: StoreChange[] = [
    { key: leafKey(FIRST_LEAF.key), value: encodeLeaf(FIRST_LEAF) },
    { key: NEWEST_KEY, value: encodeNewest(0) },
  ];
  let digest = hashLeaf(FIRST_LEAF);
  for (let level = 0; level < STATE_TREE_DEPTH; level++) {
    changes.push({ key: nodeKey(nodeId(level, 0)), value: digest });
    digest = hashPair(digest, EMPTY_NODES[level] as Digest);
  }
  changes.push({
    key: versionKey(0),
    value: encodeVersion({ ordinal: 0, root: digest, leafCount: 1 }),
  });
  store.write(changes, { key: NEWEST_KEY, value: undefined });
}

function readVersions(store: TreeStore, newest: number): Version[] {
  const oldest = Math.max(0, newest - HISTORY_BLOCKS + 1);
  const versions: Version[] = [];
  for (let ordinal = newest; ordinal >= oldest; ordinal--) {
    const record = store.get(versionKey(ordinal));
    // after a rollback the history is shorter
    if (record === undefined) break;
    versions.unshift(decodeVersion(ordinal, record));
  }
  assert(versions.length <= HISTORY_BLOCKS, "the history is bounded");
  if (versions.length === 0) throw corrupt("no newest version");
  return versions;
}
