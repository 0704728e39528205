import { StateTreeError } from "../errors.ts";
import { type Digest, readUint256, writeUint256 } from "./digest.ts";
import type { Leaf } from "./leaf.ts";

// What the store holds. Every key begins with its table's byte; numbers are big-endian, so that their
// order is the keys' order. An ordinal counts committed blocks: 0 is the empty tree, and the block
// with ordinal n made version n.

const TABLE = {
  /** → format and newest ordinal. */
  newest: 0,
  /** Ordinal → root and count of leaves. The newest `HISTORY_BLOCKS` of them. */
  versions: 1,
  /** Place → node. */
  nodes: 2,
  /** Key → leaf. */
  leaves: 3,
  /** Place, ordinal → the node as it was before that block, where there was one. */
  oldNodes: 4,
  /** Key, ordinal → the leaf as it was before that block, or the key of the one before its place. */
  oldLeaves: 5,
  /** Ordinal → the places and keys that the block changed. */
  changes: 6,
} as const;

/** Of the tree's specification and of these records. */
const FORMAT = 1;
const ORDINAL_BYTES = 6;
export const MAX_ORDINAL = 2 ** 48 - 1;
const PLACE_BYTES = 6;
const KEY_BYTES = 32;
const INDEX_BYTES = 4;
const LEAF_BYTES = INDEX_BYTES + 2 * KEY_BYTES;
const COUNT_BYTES = 6;
const DIGEST_BYTES = 32;
/** Levels whose nodes are stored side by side, so that a path touches few of the store's pages. */
const GROUP_LEVELS = 6;

/** A state that the tree was in after a block. */
export type Version = {
  readonly ordinal: number;
  readonly root: Digest;
  /** Leaves have the places below it. */
  readonly leafCount: number;
};

/** A node's level, 0 for leaves, and index in it, as one number. */
export type NodeId = number;

const ID_FACTOR = 2 ** 32;
export const nodeId = (level: number, index: number): NodeId => level * ID_FACTOR + index;
export const levelOf = (id: NodeId): number => Math.floor(id / ID_FACTOR);
export const indexOf = (id: NodeId): number => id % ID_FACTOR;

export const NEWEST_KEY: Uint8Array = Uint8Array.of(TABLE.newest);

export function encodeNewest(ordinal: number): Uint8Array {
  const record = Buffer.alloc(1 + ORDINAL_BYTES, FORMAT);
  record.writeUIntBE(ordinal, 1, ORDINAL_BYTES);
  return record;
}

/** @throws StateTreeError STORE_CORRUPT when it is of another format */
export function decodeNewest(record: Uint8Array): number {
  const bytes = expectLength(record, 1 + ORDINAL_BYTES);
  if (bytes[0] !== FORMAT) throw corrupt(`a tree of format ${bytes[0]}`);
  return bytes.readUIntBE(1, ORDINAL_BYTES);
}

export function versionKey(ordinal: number): Uint8Array {
  return withOrdinal(Buffer.of(TABLE.versions), ordinal);
}

export function encodeVersion({ root, leafCount }: Version): Uint8Array {
  const record = Buffer.alloc(DIGEST_BYTES + COUNT_BYTES);
  record.set(root);
  record.writeUIntBE(leafCount, DIGEST_BYTES, COUNT_BYTES);
  return record;
}

export function decodeVersion(ordinal: number, record: Uint8Array): Version {
  const bytes = expectLength(record, DIGEST_BYTES + COUNT_BYTES);
  const leafCount = bytes.readUIntBE(DIGEST_BYTES, COUNT_BYTES);
  return { ordinal, root: bytes.subarray(0, DIGEST_BYTES), leafCount };
}

/**
 * Nodes are kept in subtrees of `GROUP_LEVELS` levels: group of levels, the subtree's index in it, and the
 * node's number in the subtree, counted from 1 at its top.
 */
function writePlace(target: Buffer, offset: number, id: NodeId): void {
  const level = levelOf(id);
  const index = indexOf(id);
  const group = Math.floor(level / GROUP_LEVELS);
  const width = 2 ** ((group + 1) * GROUP_LEVELS - level);
  target[offset] = group;
  target.writeUInt32BE(Math.floor(index / width), offset + 1);
  target[offset + 5] = width + (index % width);
}

function readPlace(source: Buffer, offset: number): NodeId {
  const group = source.readUInt8(offset);
  const inSubtree = source.readUInt8(offset + 5);
  const depth = Math.floor(Math.log2(inSubtree));
  const index = source.readUInt32BE(offset + 1) * 2 ** depth + (inSubtree - 2 ** depth);
  return nodeId((group + 1) * GROUP_LEVELS - depth, index);
}

export function nodeKey(id: NodeId): Uint8Array {
  const key = Buffer.alloc(1 + PLACE_BYTES, TABLE.nodes);
  writePlace(key, 1, id);
  return key;
}

export function oldNodeKey(id: NodeId, ordinal: number): Uint8Array {
  const key = Buffer.alloc(1 + PLACE_BYTES, TABLE.oldNodes);
  writePlace(key, 1, id);
  return withOrdinal(key, ordinal);
}

/** @throws StateTreeError STORE_CORRUPT */
export function decodeNode(record: Uint8Array): Digest {
  return expectLength(record, DIGEST_BYTES);
}

export function leafKey(key: bigint): Uint8Array {
  return withKey(TABLE.leaves, key);
}

export function oldLeafKey(key: bigint, ordinal: number): Uint8Array {
  return withOrdinal(withKey(TABLE.oldLeaves, key), ordinal);
}

/** The key of the leaf that an entry of the table of leaves is for. */
export function keyOfEntry(entryKey: Uint8Array): bigint {
  return readUint256(viewOf(entryKey), 1, false);
}

export function encodeLeaf({ index, value, nextKey }: Leaf): Uint8Array {
  const record = new Uint8Array(LEAF_BYTES);
  const view = viewOf(record);
  view.setUint32(0, index);
  writeUint256(view, INDEX_BYTES, value, false);
  writeUint256(view, INDEX_BYTES + KEY_BYTES, nextKey, false);
  return record;
}

/** @throws StateTreeError STORE_CORRUPT */
export function decodeLeaf(key: bigint, record: Uint8Array): Leaf {
  const view = viewOf(expectLength(record, LEAF_BYTES));
  return {
    key,
    index: view.getUint32(0),
    value: readUint256(view, INDEX_BYTES, false),
    nextKey: readUint256(view, INDEX_BYTES + KEY_BYTES, false),
  };
}

/**
 * What is kept of a leaf that a block added: which one was before its place before that block.
 * @param before the greatest key below the leaf's in the version before the block
 */
export function encodeAbsence(before: bigint): Uint8Array {
  const record = new Uint8Array(KEY_BYTES);
  writeUint256(viewOf(record), 0, before, false);
  return record;
}

/** @throws StateTreeError STORE_CORRUPT */
export function decodeAbsence(record: Uint8Array): bigint {
  return readUint256(viewOf(expectLength(record, KEY_BYTES)), 0, false);
}

/** Whether a record of the old leaves is one of `encodeAbsence`. */
export function isAbsence(record: Uint8Array): boolean {
  return record.length === KEY_BYTES;
}

/** What a block changed, or added. */
export type ChangeList = { readonly nodes: readonly NodeId[]; readonly leaves: readonly bigint[] };

export function changesKey(ordinal: number): Uint8Array {
  return withOrdinal(Buffer.of(TABLE.changes), ordinal);
}

export function encodeChanges({ nodes, leaves }: ChangeList): Uint8Array {
  const leavesOffset = COUNT_BYTES + nodes.length * PLACE_BYTES;
  const record = Buffer.alloc(leavesOffset + leaves.length * KEY_BYTES);
  record.writeUIntBE(nodes.length, 0, COUNT_BYTES);
  nodes.forEach((id, i) => {
    writePlace(record, COUNT_BYTES + i * PLACE_BYTES, id);
  });
  const view = viewOf(record);
  leaves.forEach((key, i) => {
    writeUint256(view, leavesOffset + i * KEY_BYTES, key, false);
  });
  return record;
}

/** @throws StateTreeError STORE_CORRUPT */
export function decodeChanges(record: Uint8Array): ChangeList {
  const bytes = Buffer.from(record.buffer, record.byteOffset, record.length);
  if (bytes.length < COUNT_BYTES) throw corrupt("a cut-off list of changes");
  const nodeCount = bytes.readUIntBE(0, COUNT_BYTES);
  const leavesOffset = COUNT_BYTES + nodeCount * PLACE_BYTES;
  const leafCount = (bytes.length - leavesOffset) / KEY_BYTES;
  if (leafCount < 0 || !Number.isInteger(leafCount)) throw corrupt("a cut-off list of changes");
  const view = viewOf(bytes);
  return {
    nodes: Array.from({ length: nodeCount }, (_, i) =>
      readPlace(bytes, COUNT_BYTES + i * PLACE_BYTES),
    ),
    leaves: Array.from({ length: leafCount }, (_, i) =>
      readUint256(view, leavesOffset + i * KEY_BYTES, false),
    ),
  };
}

function withKey(table: number, key: bigint): Buffer {
  const bytes = Buffer.alloc(1 + KEY_BYTES, table);
  writeUint256(viewOf(bytes), 1, key, false);
  return bytes;
}

function withOrdinal(prefix: Buffer, ordinal: number): Buffer {
  const key = Buffer.alloc(prefix.length + ORDINAL_BYTES);
  key.set(prefix);
  key.writeUIntBE(ordinal, prefix.length, ORDINAL_BYTES);
  return key;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function expectLength(record: Uint8Array, length: number): Buffer {
  if (record.length !== length) throw corrupt(`a record of ${record.length} bytes, not ${length}`);
  return Buffer.from(record.buffer, record.byteOffset, record.length);
}

export function corrupt(what: string): StateTreeError {
  return new StateTreeError("STORE_CORRUPT", `the store has ${what}`);
}
