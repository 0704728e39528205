import type { Block, ChainId, Hash, TimestampMs } from "@weft/protocol";

/** What a chain wants ordered next: a block without its place. */
export type BlockDraft = {
  readonly chainId: ChainId;
  readonly transactions: readonly Uint8Array[];
  /** Of these transactions, where whoever made the draft has computed it, off this thread. It is trusted. */
  readonly transactionsRoot?: Hash;
  /** The chain's state after the block. */
  readonly stateRoot: Hash;
  /** The block gets this timestamp, or the one of the block before it where that is later. */
  readonly timestampMs: TimestampMs;
  /**
   * Nobody waits for this block by the millisecond: it may be written together with those that come within
   * `COMMIT_INTERVAL_MS`. Default: it is written as soon as the disk is free.
   */
  readonly canWait?: boolean;
};

export type OrderedBlock = {
  readonly block: Block;
  /** Resolves when the block is `sequenced`. Rejects with STORE_FAILED; needs no handler. */
  readonly durable: Promise<void>;
};

/**
 * The seam between the chains and whoever orders their blocks: batches in, ordered blocks out.
 *
 * Today the only implementation is `Ledger`, alone on its machine: the order is decided when
 * `propose` returns. When several validators order together, whoever leads decides the place in the
 * same way, and the others' votes are a finality level of their own (`committed`), after `sequenced`;
 * a node that doesn't lead gets its blocks through `Ledger.append`.
 */
export interface Ordering {
  /** @throws LedgerError when the draft can't be ordered now; nothing has changed then */
  propose(draft: BlockDraft): OrderedBlock;
}
