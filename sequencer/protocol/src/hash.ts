import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { createKeccak } from "hash-wasm";
import { bytesToHex, type Hash, hexToBytes } from "./bytes.ts";

export { concatBytes, utf8ToBytes };

let keccak: (bytes: Uint8Array) => Uint8Array = keccak_256;

// WebAssembly is eight times as fast, but is compiled asynchronously, and a page's content security policy may forbid it. Until
// then, or for good, JavaScript does: so no module has to wait for this one.
createKeccak(256).then(
  (hasher) => {
    keccak = (bytes) => hasher.init().update(bytes).digest("binary");
  },
  () => {},
);

export function keccak256(bytes: Uint8Array): Hash {
  return bytesToHex(keccak(bytes));
}

/** The same as bytes: a new array of 32. */
export function keccak256Bytes(bytes: Uint8Array): Uint8Array {
  return keccak(bytes);
}

// Where the platform has it, a fifth of the time; asked for like this, bundlers for browsers see no import.
const native = globalThis.process?.getBuiltinModule?.("node:crypto");

/** Every frame extends a lane by one of these. */
export const sha256Hex: (bytes: Uint8Array) => Hash =
  native === undefined
    ? (bytes) => bytesToHex(nobleSha256(bytes))
    : (bytes) => `0x${native.hash("sha256", bytes, "hex")}`;

/** By way of text: Node takes three times as long to make a buffer for a hash. */
export function sha256(bytes: Uint8Array): Uint8Array {
  return hexToBytes(sha256Hex(bytes));
}

/**
 * Root of a binary Merkle tree over `leaves`, split as in RFC 6962 (the left part is the largest
 * power of two that is smaller than the count), with keccak256 and its prefixes: 0x00 before a leaf,
 * 0x01 before two children, so that a node can't pass for a leaf. An empty list has the hash of nothing.
 */
export function merkleRoot(leaves: readonly Uint8Array[]): Hash {
  return bytesToHex(merkleNode(leaves, 0, leaves.length));
}

const HASH_BYTES = 32;
const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;
/** Prefix and hashes lie in these to be hashed: joining them anew took as long as hashing did, for every block of play. */
const leafInput = Uint8Array.of(LEAF_PREFIX, ...new Uint8Array(HASH_BYTES));
const nodeInput = Uint8Array.of(NODE_PREFIX, ...new Uint8Array(2 * HASH_BYTES));

function merkleNode(leaves: readonly Uint8Array[], from: number, to: number): Uint8Array {
  const count = to - from;
  if (count === 0) return keccak(new Uint8Array());
  if (count === 1) return merkleLeaf(leaves[from] as Uint8Array);
  const split = from + 2 ** (31 - Math.clz32(count - 1));
  const left = merkleNode(leaves, from, split);
  const right = merkleNode(leaves, split, to);
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return keccak(nodeInput);
}

function merkleLeaf(leaf: Uint8Array): Uint8Array {
  if (leaf.length !== HASH_BYTES) return keccak(concatBytes(Uint8Array.of(LEAF_PREFIX), leaf));
  leafInput.set(leaf, 1);
  return keccak(leafInput);
}
