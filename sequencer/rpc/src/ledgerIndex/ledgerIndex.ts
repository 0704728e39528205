import { setTimeout as delay } from "node:timers/promises";
import type { Ledger } from "@weft/ledger";
import type { LedgerHeight } from "@weft/protocol";
import { type IndexContext, indexBlock } from "./indexBlock.ts";
import { LedgerEntries } from "./ledgerEntries.ts";
import {
  INDEX_FIND_WAIT_MS,
  INDEX_IDLE_MS,
  INDEX_LIST_WAIT_MS,
  INDEX_PAUSE_MS,
  INDEX_POLL_MS,
  INDEX_SLICE_MS,
  MAX_INDEX_BLOCKS,
} from "./limits.ts";

export type LedgerIndexOptions = Omit<IndexContext, "entries"> & {
  readonly ledger: Ledger;
  /** Told of a block that can't be read: the index ends above it. */
  readonly onError?: (error: unknown) => void;
};

export type Indexed = {
  readonly entries: LedgerEntries;
  /** Everything from this block on has been looked at, up to what was on disk when it was asked for. */
  readonly fromHeight: LedgerHeight;
};

/**
 * What the ledger has no order for: transactions by hash, rooms, rounds, crossings, what an account did. Made
 * when somebody asks, from the newest blocks backwards, in turns with everything else that the thread does; then
 * kept up to date by each question, and forgotten when nobody asks any more. So it costs nothing while nobody
 * looks, and nothing has to be kept on disk that the ledger has.
 */
export class LedgerIndex {
  readonly #options: LedgerIndexOptions;
  #window: Window | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LedgerIndexOptions) {
    this.#options = options;
  }

  /** For lists: what there is up to now, after a moment for older blocks to be looked at. */
  async newest(): Promise<Indexed> {
    return this.#search(() => false, INDEX_LIST_WAIT_MS);
  }

  /**
   * For one certain thing: looks back until it is found, there are no more blocks to look at, or
   * `INDEX_FIND_WAIT_MS` is over.
   */
  async find(isFound: (entries: LedgerEntries) => boolean): Promise<Indexed> {
    return this.#search(isFound, INDEX_FIND_WAIT_MS);
  }

  async #search(isFound: (entries: LedgerEntries) => boolean, waitMs: number): Promise<Indexed> {
    const window = this.#use();
    await window.catchUp().catch((error: unknown) => {
      // What is counted must not be counted twice: the next question begins anew.
      this.stop();
      throw error;
    });
    const deadlineMs = performance.now() + waitMs;
    while (!window.isComplete && !isFound(window.entries) && performance.now() < deadlineMs) {
      await delay(INDEX_POLL_MS);
    }
    return { entries: window.entries, fromHeight: window.fromHeight };
  }

  #use(): Window {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.stop(), INDEX_IDLE_MS).unref();
    this.#window ??= new Window(this.#options);
    return this.#window;
  }

  /** Forgets everything, until somebody asks again. */
  stop(): void {
    clearTimeout(this.#idle);
    this.#window?.stop();
    this.#window = undefined;
  }
}

/** A stretch of the ledger that grows in both directions. */
class Window {
  readonly entries = new LedgerEntries();
  /** Nothing more is to be looked at backwards. */
  isComplete = false;
  readonly #options: LedgerIndexOptions;
  readonly #oldest: number;
  #from: number;
  #next: number;
  #catchingUp: Promise<void> | undefined;
  #stopped = false;

  constructor(options: LedgerIndexOptions) {
    this.#options = options;
    this.#next = (options.ledger.durableHeight ?? -1) + 1;
    this.#from = this.#next;
    this.#oldest = Math.max(0, this.#next - MAX_INDEX_BLOCKS);
    this.#lookBack();
  }

  get fromHeight(): LedgerHeight {
    return this.#from as LedgerHeight;
  }

  /** Looks at what has become durable since. */
  async catchUp(): Promise<void> {
    // One at a time; who comes meanwhile waits for it, and then looks again.
    while (this.#catchingUp !== undefined) await this.#catchingUp;
    this.#catchingUp = this.#lookAhead().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
  }

  stop(): void {
    this.#stopped = true;
  }

  async #lookAhead(): Promise<void> {
    const durable = this.#options.ledger.durableHeight ?? -1;
    await this.#inTurns(this.#later(durable));
  }

  #lookBack(): void {
    this.#inTurns(this.#earlier())
      .catch((error: unknown) => this.#options.onError?.(error))
      .finally(() => {
        this.isComplete = true;
      });
  }

  *#later(last: number): Generator<void> {
    while (this.#next <= last) {
      yield* this.#take(this.#next, "later");
      this.#next++;
    }
  }

  *#earlier(): Generator<void> {
    while (this.#from > this.#oldest) {
      yield* this.#take(this.#from - 1, "earlier");
      this.#from--;
    }
  }

  *#take(height: number, direction: "later" | "earlier"): Generator<void> {
    const block = this.#options.ledger.blockByHeight(height as LedgerHeight);
    if (block === undefined) return;
    yield;
    yield* indexBlock({ ...this.#options, entries: this.entries }, block, direction);
  }

  /** Does a piece of work after the other, and lets others have their turn. */
  async #inTurns(work: Iterator<void>): Promise<void> {
    let turnEndsMs = performance.now() + INDEX_SLICE_MS;
    while (!this.#stopped && work.next().done !== true) {
      if (performance.now() < turnEndsMs) continue;
      await delay(INDEX_PAUSE_MS);
      turnEndsMs = performance.now() + INDEX_SLICE_MS;
    }
  }
}
