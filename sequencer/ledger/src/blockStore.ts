import type { Block, ChainId, ChainNumber, Hash, LedgerHeight } from "@weft/protocol";
import type { LedgerError } from "./errors.ts";

/** News of a store. Listeners must not throw. */
export interface StoreListener {
  /** Every block up to `height` is on disk. In height order. */
  durable(height: LedgerHeight): void;
  /** STORE_FAILED: what isn't durable by now never will be. At most once. */
  failed(error: LedgerError): void;
}

export type AppendOptions = {
  /** Nobody waits for the block by the millisecond: it may be written with those that come soon. Default: false. */
  readonly canWait?: boolean;
};

/**
 * Keeps blocks in the order in which they were appended. What fits where is for the ledger to check;
 * a store asserts only that heights and chain numbers have no gaps.
 *
 * An appended block can be read at once. It is durable when its promise resolves, and never before.
 */
export interface BlockStore {
  /** The newest block, durable or not. */
  head(): Block | undefined;
  /** The newest block of one chain. */
  chainHead(chainId: ChainId): Block | undefined;
  /** The chains that have blocks, in the order in which they first came. */
  chainIds(): readonly ChainId[];
  /** Every block up to this one is durable; undefined when none is. */
  durableHeight(): LedgerHeight | undefined;

  /** @throws LedgerError STORE_CORRUPT when what is stored isn't that block; CLOSED */
  byHeight(height: LedgerHeight): Block | undefined;
  /** @throws LedgerError as `byHeight` */
  byNumber(chainId: ChainId, number: ChainNumber): Block | undefined;
  /** @throws LedgerError as `byHeight` */
  byHash(hash: Hash): Block | undefined;

  /**
   * @returns resolves when the block is durable; rejects with STORE_FAILED. It needs no handler:
   * the failure is told to listeners too.
   * @throws LedgerError CLOSED, STORE_FAILED after an earlier failure, STORE_BUSY, BLOCK_TOO_LARGE
   * @throws ProtocolError for a block that has no encoding
   */
  append(block: Block, options?: AppendOptions): Promise<void>;

  /** Somebody waits for what was appended last: it is written as soon as may be. */
  hurry(): void;

  /** @returns a function that ends it. */
  listen(listener: StoreListener): () => void;

  /**
   * Waits until everything is durable, then lets go of what it holds. May be called again.
   * @throws LedgerError STORE_FAILED when not everything is durable; it is closed all the same
   */
  close(): Promise<void>;
}
