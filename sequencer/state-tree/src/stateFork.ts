import type { Hash } from "@weft/protocol";
import { CheckpointedWrites, type StateReader } from "./checkpointedWrites.ts";
import { StateTreeError } from "./errors.ts";
import { MAX_UNHASHED_LEAVES } from "./limits.ts";
import { applyWrites } from "./tree/applyWrites.ts";
import { BlockLayer } from "./tree/blockLayer.ts";
import { commitLayer } from "./tree/commitLayer.ts";
import type { CommittedState } from "./tree/committedState.ts";
import { type Digest, digestToHash } from "./tree/digest.ts";
import { hashTransactions } from "./tree/hashTransactions.ts";
import type { Leaf } from "./tree/leaf.ts";

/**
 * The state while a block is executed on the newest one. Nobody else sees its changes before
 * `commitBlock`; to drop it is to undo them.
 */
export class StateFork implements StateReader {
  readonly #committed: CommittedState;
  readonly #layer: BlockLayer;
  /** Of the transaction that is being executed. */
  readonly #writes: CheckpointedWrites;
  readonly #roots: Digest[] = [];
  /** Leaves that transactions changed whose roots nobody has asked for yet. */
  #unhashed: Leaf[][] = [];
  #unhashedLeaves = 0;
  #isDone = false;

  /** Made by `StateTree.fork`. */
  constructor(committed: CommittedState) {
    const base = committed.newest;
    const layer = new BlockLayer(committed, base);
    this.#committed = committed;
    this.#layer = layer;
    this.#writes = new CheckpointedWrites({ get: (key) => layer.leaf(key)?.value ?? 0n });
  }

  /** The root after the last transaction that was ended. */
  get root(): Hash {
    this.#hash();
    return digestToHash(this.#root);
  }

  /** The roots after each transaction that was ended. To ask once for many is what makes them cheap. */
  get roots(): readonly Hash[] {
    this.#hash();
    return this.#roots.map(digestToHash);
  }

  /** @returns the value under a key; 0n when there is none */
  get(key: bigint): bigint {
    this.#checkOpen();
    return this.#writes.get(key);
  }

  /**
   * @param key a field element other than zero
   * @param value below 2^256; 0n deletes
   * @throws StateTreeError VALUE_INVALID, TOO_MANY_WRITES
   */
  set(key: bigint, value: bigint): void {
    this.#checkOpen();
    this.#writes.set(key, value);
  }

  checkpoint(): void {
    this.#checkOpen();
    this.#writes.checkpoint();
  }

  /** Keeps what was written since the last checkpoint. @throws StateTreeError CHECKPOINT_MISSING */
  commit(): void {
    this.#writes.commit();
  }

  /** Takes back what was written since the last checkpoint. @throws StateTreeError CHECKPOINT_MISSING */
  revert(): void {
    this.#writes.revert();
  }

  /**
   * Ends a transaction: applies what was written since the last one, and can't take it back any more. Where
   * transactions end is part of what a root depends on: new keys take their places in the tree by transaction.
   * @throws StateTreeError CHECKPOINT_OPEN; TREE_FULL or BLOCK_TOO_LARGE, and then the fork is of no use
   */
  endTransaction(): void {
    this.#checkOpen();
    if (this.#writes.depth > 0) {
      throw new StateTreeError("CHECKPOINT_OPEN", "a transaction ends outside of checkpoints", {
        details: { depth: this.#writes.depth },
      });
    }
    // a failure halfway leaves the layer between two states
    this.#isDone = true;
    const leaves = applyWrites(this.#layer, this.#writes.entries);
    this.#isDone = false;
    this.#writes.clear();
    this.#unhashed.push(leaves);
    this.#unhashedLeaves += leaves.length;
    if (this.#unhashedLeaves > MAX_UNHASHED_LEAVES) this.#hash();
  }

  /**
   * Ends the last transaction, and makes the fork the newest state: all of it or nothing, durably where the
   * store is durable.
   * @param number the block's; it follows the newest block's, or is 0
   * @returns the root
   * @throws StateTreeError FORK_STALE, NUMBER_GAP, what `endTransaction` throws, and the store's errors
   */
  commitBlock(number: number): Hash {
    this.#checkOpen();
    const { newest } = this.#committed;
    if (newest !== this.#layer.base) {
      throw new StateTreeError("FORK_STALE", "another block was committed since the fork");
    }
    if (number !== newest.ordinal) {
      throw new StateTreeError("NUMBER_GAP", "not the next block's number", {
        details: { expected: newest.ordinal, got: number },
      });
    }
    this.endTransaction();
    const { root } = this;
    commitLayer(this.#committed, this.#layer, this.#root);
    this.#isDone = true;
    return root;
  }

  /** Of what was hashed. */
  get #root(): Digest {
    return this.#roots.at(-1) ?? this.#layer.base.root;
  }

  #hash(): void {
    if (this.#unhashed.length === 0) return;
    this.#checkOpen();
    // as in `endTransaction`
    this.#isDone = true;
    const roots = hashTransactions(this.#layer, this.#unhashed, this.#root);
    for (const root of roots) this.#roots.push(root);
    this.#isDone = false;
    this.#unhashed = [];
    this.#unhashedLeaves = 0;
  }

  #checkOpen(): void {
    if (this.#isDone)
      throw new StateTreeError("FORK_DONE", "the fork was committed, or has failed");
  }
}
