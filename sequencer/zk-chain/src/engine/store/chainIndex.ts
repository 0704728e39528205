import { assert, type ChainNumber, chainNumber, type Deposit, type Hash } from "@weft/protocol";
import { STATE_HISTORY_BLOCKS } from "../../limits.ts";
import {
  type BlockHead,
  type BlockRecord,
  type ChainMeta,
  corrupt,
  decodeDeposit,
  decodeHead,
  decodeMeta,
  encodeBody,
  encodeDeposit,
  encodeHead,
  encodeMeta,
  FORMAT,
  lazyRecord,
} from "./blockRecord.ts";
import { RecordCache } from "./recordCache.ts";
import {
  bodyKey,
  decodeNumber,
  decodePlace,
  depositKey,
  encodeNumber,
  encodePlace,
  hashKey,
  headKey,
  META_KEY,
  placeKey,
  type RecordReader,
  type StoreChange,
} from "./tables.ts";

export type TransactionPlace = { readonly record: BlockRecord; readonly index: number };

/** How much is kept: what is over either is forgotten, oldest blocks first. */
export type HistoryLimits = { readonly blocks: number; readonly transactions: number };

/** What has to be written for the index to change; `done` is to be called once it is. */
export type PreparedChange = { readonly changes: readonly StoreChange[]; done(): void };

/** Blocks that are kept whatever they hold: a call on the oldest state still knows BLOCKHASH. */
const MIN_BLOCKS = 2 * STATE_HISTORY_BLOCKS + 1;

/** Committed blocks, their receipts and deposits. It never writes: who commits the state does. */
export class ChainIndex {
  readonly #store: RecordReader;
  readonly #limits: HistoryLimits;
  readonly #cache = new RecordCache();
  #meta: ChainMeta | undefined;

  /** @throws ZkChainError STORE_CORRUPT */
  constructor(store: RecordReader, limits: HistoryLimits) {
    this.#store = store;
    this.#limits = limits;
    const meta = store.get(META_KEY);
    this.#meta = meta && decodeMeta(meta);
  }

  /** Canonical bytes of the genesis transaction; undefined before there is one. */
  get genesis(): Uint8Array | undefined {
    return this.#meta?.genesis;
  }

  get newest(): BlockRecord | undefined {
    return this.#meta && this.byNumber(this.#meta.newest);
  }

  /** How many releases there are in all blocks. */
  get releaseCount(): bigint {
    return this.#meta?.releaseCount ?? 0n;
  }

  byNumber(number: ChainNumber): BlockRecord | undefined {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const head = this.#head(number);
    if (head === undefined) return undefined;
    const readBody = () => this.#store.get(bodyKey(number)) ?? corrupt("a block without a body");
    const record = lazyRecord(head, readBody);
    this.#cache.add(record);
    return record;
  }

  byHash(hash: Hash): BlockRecord | undefined {
    const number = this.#store.get(hashKey(hash));
    return number && this.byNumber(decodeNumber(number));
  }

  transaction(hash: Hash): TransactionPlace | undefined {
    const stored = this.#store.get(placeKey(hash));
    const place = stored && decodePlace(stored);
    const record = place && this.byNumber(place.number);
    return place && record && { record, index: place.index };
  }

  /** In order, without gaps; as many as there are and are asked for. */
  depositsFrom(nonce: bigint, count: number): Deposit[] {
    const deposits: Deposit[] = [];
    while (deposits.length < count) {
      const stored = this.#store.get(depositKey(nonce + BigInt(deposits.length)));
      if (stored === undefined) break;
      deposits.push(decodeDeposit(stored));
    }
    return deposits;
  }

  /** @param block.genesis the genesis transaction, which the first block brings */
  prepareAppend(
    record: BlockRecord,
    block: {
      readonly deposits: readonly Deposit[];
      readonly releaseCount: number;
      readonly genesis: Uint8Array;
    },
  ): PreparedChange {
    const { number, hash } = record.info;
    const before = this.#meta;
    assert(number === (before === undefined ? 0 : before.newest + 1), "no gap");
    const depositNonces = block.deposits.map(({ nonce }) => nonce);
    const { info, environment } = record;
    const releaseCount = this.releaseCount + BigInt(block.releaseCount);
    const head = encodeHead({ info, environment, depositNonces, releaseCount });
    const changes: StoreChange[] = [
      { key: headKey(number), value: head },
      { key: bodyKey(number), value: encodeBody(record) },
      { key: hashKey(hash), value: encodeNumber(number) },
    ];
    for (const [index, transactionHash] of info.transactionHashes.entries()) {
      changes.push({ key: placeKey(transactionHash), value: encodePlace({ number, index }) });
    }
    for (const deposit of block.deposits) {
      changes.push({ key: depositKey(deposit.nonce), value: encodeDeposit(deposit) });
    }
    const meta: ChainMeta = {
      format: FORMAT,
      genesis: before?.genesis ?? block.genesis,
      newest: number,
      oldest: before?.oldest ?? number,
      transactionCount: (before?.transactionCount ?? 0) + info.transactionHashes.length,
      releaseCount,
    };
    return this.#changeTo(this.#prune(meta, changes), changes, () => this.#cache.add(record));
  }

  /** Takes back every block after this one. @param number of a block that is kept; undefined for none */
  prepareRollBack(number: ChainNumber | undefined): PreparedChange {
    const before = this.#meta;
    assert(before !== undefined, "there is a block to take back");
    const changes: StoreChange[] = [];
    const first = number === undefined ? before.oldest : chainNumber(number + 1);
    const removed = this.#remove(first, before.newest, changes);
    const head = number === undefined ? undefined : this.#head(number);
    const meta = head && {
      ...before,
      newest: head.info.number,
      transactionCount: before.transactionCount - removed,
      releaseCount: head.releaseCount,
    };
    assert((number === undefined) === (meta === undefined), "what stays is there");
    return this.#changeTo(meta, changes, () => {
      for (let gone = first; gone <= before.newest; gone = chainNumber(gone + 1)) {
        this.#cache.remove(gone);
      }
    });
  }

  #changeTo(
    meta: ChainMeta | undefined,
    changes: StoreChange[],
    updateCache: () => void,
  ): PreparedChange {
    changes.push({ key: META_KEY, value: meta && encodeMeta(meta) });
    return {
      changes,
      done: () => {
        this.#meta = meta;
        updateCache();
      },
    };
  }

  /** Adds to `changes` what makes room. @returns the meta afterwards */
  #prune(meta: ChainMeta, changes: StoreChange[]): ChainMeta {
    let { oldest, transactionCount } = meta;
    for (; ; oldest = chainNumber(oldest + 1)) {
      const blocks = meta.newest - oldest + 1;
      const isOver =
        blocks > this.#limits.blocks ||
        (transactionCount > this.#limits.transactions && blocks > MIN_BLOCKS);
      if (!isOver) return { ...meta, oldest, transactionCount };
      transactionCount -= this.#remove(oldest, oldest, changes);
      this.#cache.remove(oldest);
    }
  }

  /** @returns how many transactions those blocks have. */
  #remove(first: ChainNumber, last: ChainNumber, changes: StoreChange[]): number {
    let transactionCount = 0;
    for (let number = first; number <= last; number = chainNumber(number + 1)) {
      const { info, depositNonces } = this.#head(number) ?? corrupt("a gap between its blocks");
      const keys = [
        headKey(number),
        bodyKey(number),
        hashKey(info.hash),
        ...info.transactionHashes.map(placeKey),
        ...depositNonces.map(depositKey),
      ];
      for (const key of keys) changes.push({ key, value: undefined });
      transactionCount += info.transactionHashes.length;
    }
    return transactionCount;
  }

  #head(number: ChainNumber): BlockHead | undefined {
    const stored = this.#store.get(headKey(number));
    return stored && decodeHead(stored);
  }
}
