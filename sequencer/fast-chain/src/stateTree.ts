import { assert, bytesEqual, bytesToHex, type Hash, sha256, utf8ToBytes } from "@weft/protocol";

type Leaf = { readonly key: Uint8Array; readonly hash: Uint8Array };
type Branch = { left: Node; right: Node; hash: Uint8Array | undefined };
type Node = Leaf | Branch | undefined;

const EMPTY = new Uint8Array(32);
const LEAF_PREFIX = 0;
const BRANCH_PREFIX = 1;

/** What is hashed lies in this: joining it anew took as long as hashing does. */
const parts = new Uint8Array(1 + 2 * EMPTY.length);

function hashParts(prefix: number, first: Uint8Array, second: Uint8Array): Uint8Array {
  parts[0] = prefix;
  parts.set(first, 1);
  parts.set(second, 1 + EMPTY.length);
  return sha256(parts);
}

function isBranch(node: Node): node is Branch {
  return node !== undefined && "left" in node;
}

const bit = (key: Uint8Array, depth: number) =>
  ((key[depth >> 3] as number) >> (7 - (depth & 7))) & 1;

/**
 * A Merkle tree over named values, in memory. A leaf sits at the first depth at which no other key
 * shares its path, so that the root depends on what is stored and not on how it came to be there.
 * Leaf: sha256(0 ‖ sha256(name) ‖ sha256(value)); branch: sha256(1 ‖ left ‖ right); nothing: zeros.
 * Hashes are computed when a root is asked for, and only along the paths that changed.
 */
export class StateTree {
  #root: Node;

  set(name: string, value: Uint8Array): void {
    const key = sha256(utf8ToBytes(name));
    this.#root = insert(this.#root, { key, hash: hashParts(LEAF_PREFIX, key, sha256(value)) }, 0);
  }

  delete(name: string): void {
    this.#root = remove(this.#root, sha256(utf8ToBytes(name)), 0);
  }

  /**
   * Computes at most so many of the hashes that the root still needs.
   * @returns whether it needs no more
   */
  hashBranches(count: number): boolean {
    return hashSome(this.#root, count) > 0 || isHashed(this.#root);
  }

  root(): Hash {
    return bytesToHex(hashOf(this.#root));
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
  if (bytesEqual(node.key, leaf.key)) return leaf;
  assert(depth < 256, "two keys with one path are one key");
  const branch: Branch = { left: undefined, right: undefined, hash: undefined };
  insert(branch, node, depth);
  return insert(branch, leaf, depth);
}

function remove(node: Node, key: Uint8Array, depth: number): Node {
  if (node === undefined) return undefined;
  if (!isBranch(node)) return bytesEqual(node.key, key) ? undefined : node;
  node.hash = undefined;
  if (bit(key, depth) === 0) node.left = remove(node.left, key, depth + 1);
  else node.right = remove(node.right, key, depth + 1);
  // A lone leaf moves up to where it would be if the other had never been there.
  if (node.left === undefined && !isBranch(node.right)) return node.right;
  if (node.right === undefined && !isBranch(node.left)) return node.left;
  return node;
}

const isHashed = (node: Node): boolean => !isBranch(node) || node.hash !== undefined;

/** Those below first: what is hashed once isn't looked into again. @returns how many of `count` are left */
function hashSome(node: Node, count: number): number {
  if (count <= 0 || !isBranch(node) || node.hash !== undefined) return count;
  const left = hashSome(node.right, hashSome(node.left, count));
  if (left <= 0) return left;
  hashOf(node);
  return left - 1;
}

function hashOf(node: Node): Uint8Array {
  if (node === undefined) return EMPTY;
  if (!isBranch(node)) return node.hash;
  node.hash ??= hashParts(BRANCH_PREFIX, hashOf(node.left), hashOf(node.right));
  return node.hash;
}
