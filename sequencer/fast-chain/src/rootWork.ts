import { assert, encodeValue, type Hash, type Value } from "@weft/protocol";
import type { StateTree } from "./stateTree.ts";

/** A leaf as it is in the moment that the root is of; undefined for what isn't there any more. */
export type ChangedLeaf = {
  readonly kind: string;
  readonly id: string;
  /** Makes the value, which costs more for some than keeping what it is made of. */
  readonly value: () => Value | undefined;
};

/** What hashing a branch of the tree takes, in bytes that are encoded and hashed in that time. */
const BRANCH_BYTES = 128;

/**
 * The state root of one moment, made a piece at a time: with thousands of players about once a second, each of whom has done
 * something, it would hold up the thread for longer than anything else. What changes meanwhile is for the next root:
 * records are replaced, never changed in place.
 */
export class RootWork {
  readonly #tree: StateTree;
  readonly #leaves: readonly ChangedLeaf[];
  #next = 0;
  #root: Hash | undefined;

  constructor(tree: StateTree, leaves: readonly ChangedLeaf[]) {
    this.#tree = tree;
    this.#leaves = leaves;
  }

  get isDone(): boolean {
    return this.#root !== undefined;
  }

  /**
   * Goes on until about so many bytes more are encoded and hashed: some 100 take a microsecond. A leaf is one piece, however large.
   * @returns the root; undefined when there is more to do
   */
  run(maxBytes: number): Hash | undefined {
    let bytesLeft = maxBytes;
    while (this.#next < this.#leaves.length) {
      if (bytesLeft <= 0) return undefined;
      bytesLeft -= this.#update(this.#leaves[this.#next++] as ChangedLeaf);
    }
    const branches = Math.ceil(bytesLeft / BRANCH_BYTES);
    if (!this.#tree.hashBranches(branches)) return undefined;
    this.#root ??= this.#tree.root();
    return this.#root;
  }

  /** All that is left, at once. */
  finish(): Hash {
    const root = this.run(Number.POSITIVE_INFINITY);
    assert(root !== undefined, "a root is made in the end");
    return root;
  }

  /** @returns what it took, as bytes */
  #update({ kind, id, value: make }: ChangedLeaf): number {
    const name = id === "" ? kind : `${kind}:${id}`;
    const value = make();
    if (value === undefined) {
      this.#tree.delete(name);
      return BRANCH_BYTES;
    }
    const encoded = encodeValue(value);
    this.#tree.set(name, encoded);
    return BRANCH_BYTES + encoded.length;
  }
}
