import type { StoreChange, StoreEntry, StoreGuard, TreeStore } from "@weft/state-tree";

/**
 * The state tree's store, with what is written beside the tree: it goes to the disk with the tree's own
 * changes, so that a crash leaves both as they were after one and the same block.
 */
export class SharedStore implements TreeStore {
  readonly #store: TreeStore;
  #beside: readonly StoreChange[] = [];

  constructor(store: TreeStore) {
    this.#store = store;
  }

  /** Runs a piece of work that makes the tree write, with these changes beside it. */
  writeBeside(changes: readonly StoreChange[], work: () => void): void {
    this.#beside = changes;
    try {
      work();
    } finally {
      this.#beside = [];
    }
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#store.get(key);
  }

  atOrBefore(key: Uint8Array, from: Uint8Array): StoreEntry | undefined {
    return this.#store.atOrBefore(key, from);
  }

  atOrAfter(key: Uint8Array, to: Uint8Array): StoreEntry | undefined {
    return this.#store.atOrAfter(key, to);
  }

  write(changes: readonly StoreChange[], guard: StoreGuard): void {
    this.#store.write([...changes, ...this.#beside], guard);
    this.#beside = [];
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
