import {
  FIELD_MODULUS,
  fieldToHash,
  type Hash,
  STATE_TREE_DEPTH,
  type StateProof,
  splitHalves,
} from "@weft/protocol";
import type { StateReader } from "./checkpointedWrites.ts";
import { StateTreeError } from "./errors.ts";
import type { CommittedState } from "./tree/committedState.ts";
import { digestToHash } from "./tree/digest.ts";
import type { Version } from "./tree/records.ts";

/**
 * The state as it was after one block, whatever is committed meanwhile. When the block leaves the
 * history, or is taken back, everything throws VERSION_UNKNOWN.
 */
export class StateView implements StateReader {
  readonly #committed: CommittedState;
  readonly #version: Version;

  /** Made by `StateTree.view`. */
  constructor(committed: CommittedState, version: Version) {
    this.#committed = committed;
    this.#version = version;
  }

  get root(): Hash {
    return digestToHash(this.#version.root);
  }

  /** The block's; -1 for the empty tree. */
  get number(): number {
    return this.#version.ordinal - 1;
  }

  /** Places taken, by the first leaf, and by every key that ever had a value. */
  get leafCount(): number {
    return this.#version.leafCount;
  }

  /** @returns the value under a key; 0n when there is none */
  get(key: bigint): bigint {
    return this.#committed.leaf(this.#version, key)?.value ?? 0n;
  }

  /**
   * A proof, for `verifyStateProof`, of what is under a key, or that nothing is.
   * @throws StateTreeError VALUE_INVALID when the key can't be one
   */
  prove(key: bigint): StateProof {
    if (key <= 0n || key >= FIELD_MODULUS) {
      throw new StateTreeError("VALUE_INVALID", "not a key", { details: { key } });
    }
    const leaf = this.#committed.leafAtOrBefore(this.#version, key);
    const [valueHi, valueLo] = splitHalves(leaf.value);
    const siblings = Array.from({ length: STATE_TREE_DEPTH }, (_, level) => {
      const index = Math.floor(leaf.index / 2 ** level);
      const beside = index % 2 === 0 ? index + 1 : index - 1;
      return digestToHash(this.#committed.node(this.#version, level, beside));
    });
    return {
      root: this.root,
      key: fieldToHash(key),
      leafKey: fieldToHash(leaf.key),
      valueHi: fieldToHash(valueHi),
      valueLo: fieldToHash(valueLo),
      nextKey: fieldToHash(leaf.nextKey),
      leafIndex: leaf.index,
      siblings,
    };
  }
}
