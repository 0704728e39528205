import { hash as digest } from "node:crypto";
import { assert, type Hash } from "@weft/protocol";

type Leaf = { readonly key: Buffer; readonly hash: Buffer };
type Branch = { left: Node; right: Node; hash: Buffer | undefined };
type Node = Leaf | Branch | undefined;

const EMPTY = Buffer.alloc(32);
const LEAF_PREFIX = Buffer.of(0);
const BRANCH_PREFIX = Buffer.of(1);

/** By way of text: Node takes three times as long to make a buffer for a hash. */
const sha256 = (...parts: Uint8Array[]): Buffer =>
  Buffer.from(digest("sha256", Buffer.concat(parts), "hex"), "hex");

function isBranch(node: Node): node is Branch {
  return node !== undefined && "left" in node;
}

const bit = (key: Buffer, depth: number) => ((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1;

/**
 * A Merkle tree over named values, in memory. A leaf sits at the first depth at which no other key
 * shares its path, so that the root depends on what is stored and not on how it came to be there.
 * Leaf: sha256(0 ‖ sha256(name) ‖ sha256(value)); branch: sha256(1 ‖ left ‖ right); nothing: zeros.
 * Hashes are computed when a root is asked for, and only along the paths that changed.
 */
export class StateTree {
  #root: Node;

  set(name: string, value: Uint8Array): void {
    const key = sha256(Buffer.from(name));
    this.#root = insert(this.#root, { key, hash: sha256(LEAF_PREFIX, key, sha256(value)) }, 0);
  }

  delete(name: string): void {
    this.#root = remove(this.#root, sha256(Buffer.from(name)), 0);
  }

  root(): Hash {
    return `0x${hashOf(this.#root).toString("hex")}`;
  }
}

function insert(node: Node, leaf: Leaf, depth: number): Node {
  if (node === undefined) return leaf;
  if (isBranch(node)) {
    node.hash = undefined;
    if (bit(leaf.key, depth) === 0) node.left = insert(node.left, leaf, depth + 1);
    else node.right = insert(node.right, leaf, depth + 1);
    return node;
  }
  if (node.key.equals(leaf.key)) return leaf;
  assert(depth < 256, "two keys with one path are one key");
  const branch: Branch = { left: undefined, right: undefined, hash: undefined };
  insert(branch, node, depth);
  return insert(branch, leaf, depth);
}

function remove(node: Node, key: Buffer, depth: number): Node {
  if (node === undefined) return undefined;
  if (!isBranch(node)) return node.key.equals(key) ? undefined : node;
  node.hash = undefined;
  if (bit(key, depth) === 0) node.left = remove(node.left, key, depth + 1);
  else node.right = remove(node.right, key, depth + 1);
  // A lone leaf moves up to where it would be if the other had never been there.
  if (node.left === undefined && !isBranch(node.right)) return node.right;
  if (node.right === undefined && !isBranch(node.left)) return node.left;
  return node;
}

function hashOf(node: Node): Buffer {
  if (node === undefined) return EMPTY;
  if (!isBranch(node)) return node.hash;
  node.hash ??= sha256(BRANCH_PREFIX, hashOf(node.left), hashOf(node.right));
  return node.hash;
}
