import type { LedgerHeight } from "@weft/protocol";
import type { BlockStore } from "./blockStore.ts";
import { LedgerError } from "./errors.ts";
import { MAX_DURABLE_WAITERS } from "./limits.ts";

type Waiter = {
  readonly height: LedgerHeight;
  readonly resolve: () => void;
  readonly reject: (error: LedgerError) => void;
};

/** Those who wait for a height to be durable. */
export class DurableWaiters {
  readonly #store: BlockStore;
  #waiters: Waiter[] = [];
  #ended: LedgerError | undefined;

  constructor(store: BlockStore) {
    this.#store = store;
    store.listen({
      durable: (height) => this.#settle(height),
      failed: (error) => this.end(error),
    });
  }

  /** Somebody waits for a block that isn't on disk, or isn't there yet. */
  get isWaiting(): boolean {
    return this.#waiters.length > 0;
  }

  /** @throws LedgerError LISTENERS_EXCEEDED, or what ended the waiting */
  wait(height: LedgerHeight): Promise<void> {
    if (height <= (this.#store.durableHeight() ?? -1)) return Promise.resolve();
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    if (this.#waiters.length >= MAX_DURABLE_WAITERS) {
      return Promise.reject(
        new LedgerError("LISTENERS_EXCEEDED", `more than ${MAX_DURABLE_WAITERS} wait for the disk`),
      );
    }
    this.#store.hurry();
    return new Promise((resolve, reject) => {
      this.#waiters.push({ height, resolve, reject });
    });
  }

  /** Refuses those who wait, and whoever comes. */
  end(error: LedgerError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const { reject } of this.#waiters) reject(error);
    this.#waiters = [];
  }

  #settle(durable: LedgerHeight): void {
    const waiters = this.#waiters;
    this.#waiters = waiters.filter(({ height }) => height > durable);
    for (const { height, resolve } of waiters) if (height <= durable) resolve();
  }
}
