import {
  type Address,
  type Block,
  type BlockHeader,
  type ChainId,
  type ChainNumber,
  type Hash,
  hashHeader,
  type LedgerHeight,
  type TimestampMs,
  transactionsRoot,
  ZERO_HASH,
} from "@weft/protocol";
import type { AppendOptions, BlockStore } from "./blockStore.ts";
import { checkContents, checkPlace } from "./checkBlock.ts";
import { DurableWaiters } from "./durableWaiters.ts";
import { LedgerError } from "./errors.ts";
import { type FollowOptions, followBlocks } from "./followBlocks.ts";
import { type LedgerListener, Listeners } from "./listeners.ts";
import type { BlockDraft, OrderedBlock, Ordering } from "./ordering.ts";

export type LedgerOptions = {
  /** The ledger takes it over, and closes it. */
  readonly store: BlockStore;
  /** The chains whose blocks it takes. */
  readonly chainIds: readonly ChainId[];
  /** Who orders, in the headers of proposed blocks. */
  readonly proposer: Address;
  /** Gets what a listener threw. Default: `console.error`. */
  readonly onListenerError?: (error: unknown) => void;
};

/** The one hash-linked sequence of the blocks of all chains. */
export class Ledger implements Ordering {
  readonly chainIds: readonly ChainId[];
  readonly #store: BlockStore;
  readonly #proposer: Address;
  readonly #chainIds: ReadonlySet<ChainId>;
  readonly #listeners: Listeners;
  readonly #durableWaiters: DurableWaiters;
  readonly #closed = new AbortController();

  /** @throws LedgerError CHAIN_UNKNOWN when the store has blocks of another chain */
  constructor({ store, chainIds, proposer, onListenerError = console.error }: LedgerOptions) {
    this.chainIds = [...chainIds];
    this.#chainIds = new Set(chainIds);
    this.#store = store;
    this.#proposer = proposer;
    for (const chainId of store.chainIds()) {
      if (!this.#chainIds.has(chainId)) {
        throw new LedgerError("CHAIN_UNKNOWN", `the store has blocks of chain ${chainId}`, {
          details: { chainId, chainIds },
        });
      }
    }
    this.#listeners = new Listeners(store, onListenerError);
    this.#durableWaiters = new DurableWaiters(store);
  }

  /** The newest block, durable or not. */
  get head(): Block | undefined {
    return this.#store.head();
  }

  /** Every block up to this one is on disk; undefined when none is. */
  get durableHeight(): LedgerHeight | undefined {
    return this.#store.durableHeight();
  }

  /** STORE_FAILED, once a write has failed. */
  get failure(): LedgerError | undefined {
    return this.#listeners.failure;
  }

  chainHead(chainId: ChainId): Block | undefined {
    return this.#store.chainHead(chainId);
  }

  /** @throws LedgerError STORE_CORRUPT, CLOSED */
  blockByHeight(height: LedgerHeight): Block | undefined {
    return this.#store.byHeight(height);
  }

  /** @throws LedgerError STORE_CORRUPT, CLOSED */
  blockByNumber(chainId: ChainId, number: ChainNumber): Block | undefined {
    return this.#store.byNumber(chainId, number);
  }

  /** @throws LedgerError STORE_CORRUPT, CLOSED */
  blockByHash(hash: Hash): Block | undefined {
    return this.#store.byHash(hash);
  }

  /**
   * Past blocks in order, read one by one, up to `toHeight` (inclusive) or to the head of the moment.
   * @throws LedgerError STORE_CORRUPT, CLOSED
   */
  *blocks(range: { fromHeight: LedgerHeight; toHeight?: LedgerHeight }): Generator<Block, void> {
    const last = Math.min(range.toHeight ?? Infinity, this.head?.header.height ?? -1);
    for (let height: number = range.fromHeight; height <= last; height++) {
      const block = this.blockByHeight(height as LedgerHeight);
      if (block === undefined) return;
      yield block;
    }
  }

  /**
   * Orders a block here and now: gives it its place after the head, and stores it.
   * @throws LedgerError CHAIN_UNKNOWN, BLOCK_TOO_LARGE, STORE_BUSY, STORE_FAILED, CLOSED
   * @throws ProtocolError when the draft has no encoding
   */
  propose(draft: BlockDraft): OrderedBlock {
    this.#assertOpen();
    const head = this.head;
    const chainHead = this.chainHead(draft.chainId);
    const header: BlockHeader = {
      height: ((head?.header.height ?? -1) + 1) as LedgerHeight,
      parentHash: head?.hash ?? ZERO_HASH,
      chainId: draft.chainId,
      number: ((chainHead?.header.number ?? -1) + 1) as ChainNumber,
      chainParentHash: chainHead?.hash ?? ZERO_HASH,
      timestampMs: Math.max(draft.timestampMs, head?.header.timestampMs ?? 0) as TimestampMs,
      transactionsRoot: draft.transactionsRoot ?? transactionsRoot(draft.transactions),
      stateRoot: draft.stateRoot,
      proposer: this.#proposer,
    };
    const block = { header, hash: hashHeader(header), transactions: [...draft.transactions] };
    // Root and hash were computed just now, from the same bytes; hashing 50 KB takes over 1 ms, so
    // `checkContents` would only do it a second time.
    const canWait = draft.canWait === true && !this.#durableWaiters.isWaiting;
    return { block, durable: this.#place(block, { canWait }) };
  }

  /**
   * Takes over a block that was made elsewhere.
   * @returns resolves when the block is durable; rejects with STORE_FAILED; needs no handler
   * @throws LedgerError with the code of the first rule that it breaks; nothing has changed then
   * @throws ProtocolError when the block has no encoding
   */
  append(block: Block): Promise<void> {
    this.#assertOpen();
    checkContents(block);
    return this.#place(block);
  }

  /**
   * Tells of blocks appended and made durable from here on.
   * @returns a function that ends it
   * @throws LedgerError LISTENERS_EXCEEDED
   */
  subscribe(listener: LedgerListener): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Resolves when every block up to `height` is on disk; at once when that is so already. The height
   * may lie in the future.
   * @throws LedgerError STORE_FAILED, CLOSED, LISTENERS_EXCEEDED
   */
  whenDurable(height: LedgerHeight): Promise<void> {
    return this.#durableWaiters.wait(height);
  }

  /**
   * Yields every block from a height on, past and future, each once and in order. Ends when `signal`
   * aborts or the ledger closes; throws STORE_FAILED when there is nothing more to come.
   * @throws LedgerError LISTENERS_EXCEEDED, STORE_CORRUPT, STORE_FAILED
   */
  follow(options: FollowOptions): AsyncGenerator<Block, void, undefined> {
    return followBlocks(
      {
        head: () => this.head?.header.height,
        durableHeight: () => this.durableHeight,
        byHeight: (height) => this.blockByHeight(height),
        subscribe: (listener) => this.subscribe(listener),
        failure: () => this.failure,
        closed: this.#closed.signal,
      },
      options,
    );
  }

  /**
   * Takes no more blocks, ends followers, and closes the store once everything is durable.
   * @throws LedgerError STORE_FAILED when not everything is
   */
  async close(): Promise<void> {
    this.#closed.abort();
    try {
      await this.#store.close();
    } finally {
      this.#durableWaiters.end(new LedgerError("CLOSED", "the ledger is closed"));
    }
  }

  #assertOpen(): void {
    if (this.#closed.signal.aborted) throw new LedgerError("CLOSED", "the ledger is closed");
  }

  #place(block: Block, options?: AppendOptions): Promise<void> {
    const { header } = block;
    checkPlace(header, {
      chainIds: this.#chainIds,
      head: this.head,
      chainHead: this.chainHead(header.chainId),
    });
    const durable = this.#store.append(block, options);
    this.#listeners.notify();
    return durable;
  }
}
