import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ledger } from "@weft/ledger";
import type { ChainId, ChainNumber } from "@weft/protocol";
import { RpcError } from "./errors.ts";
import { FEED_LISTENERS_PER_TURN, MAX_FEED_LISTENERS } from "./limits.ts";
import { sequencedHead } from "./sequencedHead.ts";

export interface FeedListener<Block> {
  /** What it throws ends it, as does what stops the whole feed. */
  block(block: Block): void | Promise<void>;
  /** There is nothing more to come. */
  failed(error: unknown): void;
}

export type ChainFeedOptions<Block> = {
  readonly ledger: Ledger;
  readonly chainId: ChainId;
  /** What listeners get of a block that is on disk. */
  readonly load: (number: ChainNumber) => Promise<Block>;
};

/**
 * Tells of a chain's blocks once they are on disk, each once and in order. Nothing is buffered: the
 * feed is a number, and one that is behind reads what it has missed. Idle while nobody listens.
 */
export class ChainFeed<Block> {
  readonly #options: ChainFeedOptions<Block>;
  readonly #listeners = new Map<FeedListener<Block>, { readonly fromNumber: number }>();
  #nextNumber = 0;
  #running = false;
  #unsubscribe: (() => void) | undefined;

  constructor(options: ChainFeedOptions<Block>) {
    this.#options = options;
  }

  /**
   * From the block after the newest on.
   * @returns how to stop listening
   * @throws RpcError SUBSCRIPTION_LIMIT; LedgerError LISTENERS_EXCEEDED
   */
  subscribe(listener: FeedListener<Block>): () => void {
    if (this.#listeners.size >= MAX_FEED_LISTENERS) {
      throw new RpcError("SUBSCRIPTION_LIMIT", "the node has too many subscriptions");
    }
    const fromNumber = this.#newest() + 1;
    if (this.#listeners.size === 0) this.#begin(fromNumber);
    const own = { ...listener }; // so that one listener may listen twice
    this.#listeners.set(own, { fromNumber });
    return () => this.#remove(own);
  }

  #remove(listener: FeedListener<Block>): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#end();
  }

  #newest(): number {
    const { ledger, chainId } = this.#options;
    return sequencedHead(ledger, chainId)?.header.number ?? -1;
  }

  #begin(fromNumber: number): void {
    this.#unsubscribe = this.#options.ledger.subscribe({
      durable: () => this.#wake(),
      failed: (error) => this.#fail(error),
    });
    this.#nextNumber = fromNumber;
  }

  #end(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #wake(): void {
    if (this.#running) return;
    this.#running = true;
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  async #run(): Promise<void> {
    try {
      while (this.#listeners.size > 0 && this.#nextNumber <= this.#newest()) {
        const number = this.#nextNumber as ChainNumber;
        const block = await this.#options.load(number);
        // All may have left and others come while it was loading: they begin with a later one.
        if (this.#nextNumber === number) this.#nextNumber++;
        await this.#deliver(number, block);
      }
    } finally {
      // In one turn with the last look at the ledger, so that no wake-up is missed.
      this.#running = false;
    }
  }

  async #deliver(number: number, block: Block): Promise<void> {
    let sinceTurn = 0;
    for (const [listener, { fromNumber }] of [...this.#listeners]) {
      if (number < fromNumber || !this.#listeners.has(listener)) continue;
      try {
        await listener.block(block);
      } catch (error) {
        // Its own trouble: the others go on. It goes, since it has missed something now.
        this.#remove(listener);
        listener.failed(error);
      }
      // Rooms are served by the same thread.
      if (++sinceTurn % FEED_LISTENERS_PER_TURN === 0) await nextTurn();
    }
  }

  #fail(error: unknown): void {
    const listeners = [...this.#listeners.keys()];
    this.#listeners.clear();
    this.#end();
    for (const listener of listeners) listener.failed(error);
  }
}
