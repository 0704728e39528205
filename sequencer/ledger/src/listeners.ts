import type { Block, LedgerHeight } from "@weft/protocol";
import type { BlockStore } from "./blockStore.ts";
import { LedgerError } from "./errors.ts";
import { MAX_LISTENERS } from "./limits.ts";

/** News of a ledger. Whatever a listener throws goes to `onListenerError` and nowhere else. */
export type LedgerListener = {
  /** In height order, without gaps, before `durable` of the same height. */
  appended?(block: Block): void;
  /** Every block up to `height` is on disk: it is `sequenced`. Heights rise, and may skip. */
  durable?(height: LedgerHeight): void;
  /** STORE_FAILED: the ledger takes no more blocks. At once when it has already happened. */
  failed?(error: LedgerError): void;
};

type Entry = {
  readonly listener: LedgerListener;
  nextHeight: number;
  durableHeight: number;
  failed: boolean;
  removed: boolean;
};

/**
 * Tells listeners what happened in a microtask of its own, so that a listener never runs inside
 * `append`. There is no queue of events: each listener has a place in the store, which holds them all.
 */
export class Listeners {
  readonly #store: BlockStore;
  readonly #onListenerError: (error: unknown) => void;
  readonly #entries = new Set<Entry>();
  #failure: LedgerError | undefined;
  #scheduled = false;

  constructor(store: BlockStore, onListenerError: (error: unknown) => void) {
    this.#store = store;
    this.#onListenerError = onListenerError;
    store.listen({
      durable: () => this.notify(),
      failed: (error) => {
        this.#failure = error;
        this.notify();
      },
    });
  }

  get failure(): LedgerError | undefined {
    return this.#failure;
  }

  /** @throws LedgerError LISTENERS_EXCEEDED */
  add(listener: LedgerListener): () => void {
    if (this.#entries.size >= MAX_LISTENERS) {
      throw new LedgerError("LISTENERS_EXCEEDED", `more than ${MAX_LISTENERS} listeners`);
    }
    const entry: Entry = {
      listener,
      nextHeight: (this.#store.head()?.header.height ?? -1) + 1,
      durableHeight: this.#store.durableHeight() ?? -1,
      failed: false,
      removed: false,
    };
    this.#entries.add(entry);
    if (this.#failure !== undefined) this.notify();
    return () => {
      entry.removed = true;
      this.#entries.delete(entry);
    };
  }

  notify(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      for (const entry of this.#entries) this.#deliver(entry);
    });
  }

  #deliver(entry: Entry): void {
    const head = this.#store.head()?.header.height ?? -1;
    while (entry.nextHeight <= head && !entry.removed) {
      const height = entry.nextHeight as LedgerHeight;
      entry.nextHeight++;
      this.#guard(() => {
        // Only read for those who want it: it may come from disk.
        if (entry.listener.appended === undefined) return;
        const block = this.#store.byHeight(height);
        if (block !== undefined) entry.listener.appended(block);
      });
    }
    const durable = this.#store.durableHeight() ?? -1;
    if (durable > entry.durableHeight && !entry.removed) {
      entry.durableHeight = durable;
      this.#guard(() => entry.listener.durable?.(durable as LedgerHeight));
    }
    const failure = this.#failure;
    if (failure !== undefined && !entry.failed && !entry.removed) {
      entry.failed = true;
      this.#guard(() => entry.listener.failed?.(failure));
    }
  }

  #guard(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#onListenerError(error);
    }
  }
}
