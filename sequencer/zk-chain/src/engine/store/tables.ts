import { type ChainNumber, type Hash, hexToBytes } from "@weft/protocol";
import type { StoreChange, TreeStore } from "@weft/state-tree";

// What the chain keeps beside the state tree, in the tree's own store. Every key begins with its table's
// byte; the tree's are below 0x80. Numbers are big-endian.

const TABLE = {
  /** → `ChainMeta`. */
  meta: 0x80,
  /** Number → what reads need of every block they pass. */
  heads: 0x81,
  /** Number → transactions and receipts. */
  bodies: 0x82,
  /** Block hash → number. */
  hashes: 0x83,
  /** Transaction hash → number, and its place among the block's receipts. */
  places: 0x84,
  /** Nonce → deposit. */
  deposits: 0x85,
  /** keccak256 → contract code. */
  codes: 0x86,
} as const;

/** Reads what was committed beside the state. */
export type RecordReader = Pick<TreeStore, "get">;
export type { StoreChange };

const NUMBER_BYTES = 6;
const PLACE_INDEX_BYTES = 4;
const NONCE_BYTES = 8;

export const META_KEY: Uint8Array = Uint8Array.of(TABLE.meta);
export const headKey = (number: ChainNumber) => numberKey(TABLE.heads, number);
export const bodyKey = (number: ChainNumber) => numberKey(TABLE.bodies, number);
export const hashKey = (hash: Hash) => digestKey(TABLE.hashes, hash);
export const placeKey = (transactionHash: Hash) => digestKey(TABLE.places, transactionHash);
export const codeKey = (hash: Hash) => digestKey(TABLE.codes, hash);

export function depositKey(nonce: bigint): Uint8Array {
  const key = Buffer.alloc(1 + NONCE_BYTES, TABLE.deposits);
  key.writeBigUInt64BE(nonce, 1);
  return key;
}

export function encodeNumber(number: ChainNumber): Uint8Array {
  const bytes = Buffer.alloc(NUMBER_BYTES);
  bytes.writeUIntBE(number, 0, NUMBER_BYTES);
  return bytes;
}

export function decodeNumber(bytes: Uint8Array): ChainNumber {
  return asBuffer(bytes).readUIntBE(0, NUMBER_BYTES) as ChainNumber;
}

export type Place = { readonly number: ChainNumber; readonly index: number };

export function encodePlace({ number, index }: Place): Uint8Array {
  const bytes = Buffer.alloc(NUMBER_BYTES + PLACE_INDEX_BYTES);
  bytes.writeUIntBE(number, 0, NUMBER_BYTES);
  bytes.writeUInt32BE(index, NUMBER_BYTES);
  return bytes;
}

export function decodePlace(bytes: Uint8Array): Place {
  return { number: decodeNumber(bytes), index: asBuffer(bytes).readUInt32BE(NUMBER_BYTES) };
}

function numberKey(table: number, number: ChainNumber): Uint8Array {
  return Buffer.concat([Buffer.of(table), encodeNumber(number)]);
}

function digestKey(table: number, hash: Hash): Uint8Array {
  return Buffer.concat([Buffer.of(table), hexToBytes(hash)]);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
