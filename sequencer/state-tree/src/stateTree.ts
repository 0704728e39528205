import type { Hash } from "@weft/protocol";
import { StateFork } from "./stateFork.ts";
import { StateView } from "./stateView.ts";
import type { TreeStore } from "./store/treeStore.ts";
import { CommittedState } from "./tree/committedState.ts";
import { rollBack } from "./tree/rollBack.ts";

/** The ZK chain's state: what it is, what it was after each of the last `HISTORY_BLOCKS` blocks. */
export class StateTree {
  readonly #store: TreeStore;
  readonly #committed: CommittedState;

  /**
   * @param store belongs to the tree from now on; an empty one becomes an empty tree
   * @throws StateTreeError STORE_CORRUPT, STORE_FAILED, CLOSED
   */
  constructor(store: TreeStore) {
    this.#store = store;
    this.#committed = new CommittedState(store);
  }

  /** Root of the newest block's state. */
  get root(): Hash {
    return this.view().root;
  }

  /** The newest block's; -1 when there is none. */
  get number(): number {
    return this.#committed.newest.ordinal - 1;
  }

  /** The oldest block that can still be read; -1 for the empty tree. */
  get oldestNumber(): number {
    return (this.#committed.versions[0] ?? this.#committed.newest).ordinal - 1;
  }

  /** To execute the next block on. Several may exist; one can be committed. */
  fork(): StateFork {
    return new StateFork(this.#committed);
  }

  /**
   * @param at a root, or a block's number; the newest block where it is left out
   * @throws StateTreeError VERSION_UNKNOWN
   */
  view(at?: Hash | number): StateView {
    if (at === undefined) return new StateView(this.#committed, this.#committed.newest);
    const version =
      typeof at === "number" ? this.#committed.versionAt(at + 1) : this.#committed.versionOf(at);
    return new StateView(this.#committed, version);
  }

  /**
   * Takes back every block after this one: for a tree that is ahead of its ledger after a crash.
   * @throws StateTreeError VERSION_UNKNOWN, and the store's errors
   */
  rollBackTo(number: number): void {
    rollBack(this.#committed, this.#committed.versionAt(number + 1));
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
