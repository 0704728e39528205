import { z } from "zod";
import { toQuantity } from "../format.ts";
import { defineMethod } from "../method.ts";
import {
  type BlockRef,
  blockRef,
  hash,
  noParams,
  smallQuantity,
  stateBlockRef,
} from "../params.ts";

type Awaitable<T> = T | Promise<T>;

/** What a chain knows of its blocks. */
type BlockReads<Block> = {
  newestNumber(): Awaitable<number>;
  find(ref: BlockRef): Awaitable<Block | undefined>;
  /** @param full with its transactions, not only their hashes */
  format(block: Block, full: boolean): unknown;
  transactionCount(block: Block): number;
  /** Of signed transactions: those that the fast chain itself makes have none. */
  receipts(block: Block): unknown;
};

const fullTransactions = z.boolean().nullish();

/** The same for both chains. A block that isn't there is null. */
export function blockMethods<Block>(reads: BlockReads<Block>) {
  const withBlock = async (ref: BlockRef, answer: (found: Block) => unknown) => {
    const found = await reads.find(ref);
    return found === undefined ? null : answer(found);
  };
  const block = (ref: BlockRef, full: boolean) =>
    withBlock(ref, (found) => reads.format(found, full));
  const transactionCount = (ref: BlockRef) =>
    withBlock(ref, (found) => toQuantity(reads.transactionCount(found)));
  // Blocks of one ledger have none.
  const uncleCount = (ref: BlockRef) => withBlock(ref, () => "0x0");

  return {
    eth_blockNumber: defineMethod(noParams, async () => toQuantity(await reads.newestNumber())),
    eth_getBlockByNumber: defineMethod(z.tuple([blockRef, fullTransactions]), ([ref, full]) =>
      block(ref, full ?? false),
    ),
    eth_getBlockByHash: defineMethod(z.tuple([hash, fullTransactions]), ([hash, full]) =>
      block({ hash }, full ?? false),
    ),
    eth_getBlockTransactionCountByNumber: defineMethod(z.tuple([blockRef]), ([ref]) =>
      transactionCount(ref),
    ),
    eth_getBlockTransactionCountByHash: defineMethod(z.tuple([hash]), ([hash]) =>
      transactionCount({ hash }),
    ),
    eth_getUncleCountByBlockNumber: defineMethod(z.tuple([blockRef]), ([ref]) => uncleCount(ref)),
    eth_getUncleCountByBlockHash: defineMethod(z.tuple([hash]), ([hash]) => uncleCount({ hash })),
    eth_getUncleByBlockNumberAndIndex: defineMethod(z.tuple([blockRef, smallQuantity]), () => null),
    eth_getUncleByBlockHashAndIndex: defineMethod(z.tuple([hash, smallQuantity]), () => null),
    eth_getBlockReceipts: defineMethod(
      z.tuple([z.union([hash.transform((hash): BlockRef => ({ hash })), stateBlockRef])]),
      ([ref]) => withBlock(ref, reads.receipts),
    ),
  };
}
