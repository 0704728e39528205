import { deserialize, serialize } from "node:v8";
import { type ChainNumber, chainNumber, type Deposit } from "@weft/protocol";
import { ZkChainError } from "../../errors.ts";
import type { BlockInfo, ExecutionReceipt, Inclusion, Receipt } from "../../types.ts";
import { type Environment, evmTimestamp } from "../environment.ts";

/** A committed block, as reads need it. */
export type BlockRecord = {
  readonly info: BlockInfo;
  readonly environment: Environment;
  /** Canonical bytes of the transactions that have a receipt, in the order of `receipts`. */
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly ExecutionReceipt[];
};

/** What there is to know of a block without its transactions. */
export type BlockHead = Pick<BlockRecord, "info" | "environment"> & {
  /** Of the deposits that it took in. */
  readonly depositNonces: readonly bigint[];
  /** Releases in all blocks up to this one. */
  readonly releaseCount: bigint;
};

type BlockBody = Pick<BlockRecord, "transactions" | "receipts">;

/** What the index must know before it can read anything. */
export type ChainMeta = {
  readonly format: typeof FORMAT;
  /** Canonical bytes of the genesis transaction. */
  readonly genesis: Uint8Array;
  readonly newest: ChainNumber;
  /** The oldest block that is kept. */
  readonly oldest: ChainNumber;
  /** Of all blocks that are kept, those with receipts. */
  readonly transactionCount: number;
  /** In all blocks there ever were. */
  readonly releaseCount: bigint;
};

/** Raised when a stored shape changes; older stores are replayed from the ledger. */
export const FORMAT = 1;

// V8's structured clone: it takes bigints of any size and bytes, and is what worker and main thread speak too.
export const encodeMeta = (meta: ChainMeta): Uint8Array => serialize(meta);
export const encodeHead = (head: BlockHead): Uint8Array => serialize(head);
export const encodeBody = ({ transactions, receipts }: BlockBody): Uint8Array =>
  serialize({ transactions, receipts });
export const encodeDeposit = (deposit: Deposit): Uint8Array => serialize(deposit);

/** @throws ZkChainError STORE_CORRUPT, as those below */
export function decodeMeta(bytes: Uint8Array): ChainMeta {
  const meta = decode<ChainMeta>(bytes);
  if (meta.format !== FORMAT) corrupt(`blocks of format ${meta.format}`);
  return { ...meta, genesis: new Uint8Array(meta.genesis) };
}

export const decodeHead = (bytes: Uint8Array): BlockHead => decode<BlockHead>(bytes);
export const decodeDeposit = (bytes: Uint8Array): Deposit => decode<Deposit>(bytes);

function decodeBody(bytes: Uint8Array): BlockBody {
  const { transactions, receipts } = decode<BlockBody>(bytes);
  // Copies: a part that was sent to another thread would take all the bytes with it.
  return { transactions: transactions.map((raw) => new Uint8Array(raw)), receipts };
}

function decode<T>(bytes: Uint8Array): T {
  try {
    return deserialize(bytes) as T;
  } catch (cause) {
    return corrupt("what isn't a record", cause);
  }
}

export function corrupt(what: string, cause?: unknown): never {
  throw new ZkChainError("STORE_CORRUPT", `the store has ${what}`, { cause });
}

/** A record whose transactions and receipts are read when somebody asks: most reads don't. */
export function lazyRecord(
  { info, environment }: BlockHead,
  readBody: () => Uint8Array,
): BlockRecord {
  let body: BlockBody | undefined;
  const read = () => {
    body ??= decodeBody(readBody());
    return body;
  };
  return {
    info,
    environment,
    get transactions() {
      return read().transactions;
    },
    get receipts() {
      return read().receipts;
    },
  };
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
