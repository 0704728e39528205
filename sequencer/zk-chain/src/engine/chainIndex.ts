import { assert, type ChainNumber, chainNumber, type Hash } from "@weft/protocol";
import {
  RECEIPT_HISTORY_BLOCKS,
  RECEIPT_HISTORY_TRANSACTIONS,
  STATE_HISTORY_BLOCKS,
} from "../limits.ts";
import type { BlockInfo, ExecutionReceipt, Inclusion, Receipt } from "../types.ts";
import { type Environment, evmTimestamp } from "./environment.ts";

/** A committed block, as reads need it. */
export type BlockRecord = {
  readonly info: BlockInfo;
  readonly environment: Environment;
  /** Canonical bytes of the transactions that have a receipt, in the order of `receipts`. */
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly ExecutionReceipt[];
};

export type TransactionPlace = { readonly record: BlockRecord; readonly index: number };

/** Blocks that are kept whatever they hold: a call on the oldest state still knows BLOCKHASH. */
const MIN_BLOCKS = 2 * STATE_HISTORY_BLOCKS + 1;

/**
 * The newest blocks with their receipts, in memory. It is a cache of the ledger: everything in it
 * comes from executing blocks, so that a store on disk can take its place.
 */
export class ChainIndex {
  readonly #records = new Map<ChainNumber, BlockRecord>();
  readonly #numbers = new Map<Hash, ChainNumber>();
  readonly #places = new Map<Hash, { readonly number: ChainNumber; readonly index: number }>();
  #newest: BlockRecord | undefined;

  get newest(): BlockRecord | undefined {
    return this.#newest;
  }

  append(record: BlockRecord): void {
    const { number, hash } = record.info;
    assert(number === (this.#newest === undefined ? 0 : this.#newest.info.number + 1), "no gap");
    this.#records.set(number, record);
    this.#numbers.set(hash, number);
    record.receipts.forEach(({ transactionHash }, index) => {
      this.#places.set(transactionHash, { number, index });
    });
    this.#newest = record;
    this.#prune(number);
  }

  byNumber(number: ChainNumber): BlockRecord | undefined {
    return this.#records.get(number);
  }

  byHash(hash: Hash): BlockRecord | undefined {
    const number = this.#numbers.get(hash);
    return number === undefined ? undefined : this.#records.get(number);
  }

  transaction(hash: Hash): TransactionPlace | undefined {
    const place = this.#places.get(hash);
    const record = place && this.#records.get(place.number);
    return place && record && { record, index: place.index };
  }

  #prune(newest: ChainNumber): void {
    for (const [number, record] of this.#records) {
      const blocks = newest - number + 1;
      const isOver =
        blocks > RECEIPT_HISTORY_BLOCKS ||
        (this.#places.size > RECEIPT_HISTORY_TRANSACTIONS && blocks > MIN_BLOCKS);
      // The map is in the order of numbers.
      if (!isOver) return;
      this.#records.delete(number);
      this.#numbers.delete(record.info.hash);
      for (const { transactionHash } of record.receipts) this.#places.delete(transactionHash);
    }
  }
}

export function inclusionOf({ info, environment }: BlockRecord, index: number): Inclusion {
  return {
    blockHash: info.hash,
    blockNumber: chainNumber(info.number),
    blockHeight: info.header.height,
    timestamp: evmTimestamp(environment.timestampMs),
    index,
  };
}

export function receiptsOf(record: BlockRecord): Receipt[] {
  return record.receipts.map((receipt, index) => ({ ...receipt, ...inclusionOf(record, index) }));
}
