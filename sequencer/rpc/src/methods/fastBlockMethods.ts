import { z } from "zod";
import { type FastContext, findBlock, newestBlock } from "../fastContext.ts";
import { toQuantity } from "../format.ts";
import { formatBlock, formatReceipts } from "../formatFast.ts";
import { defineMethod } from "../method.ts";
import {
  type BlockRef,
  blockRef,
  hash,
  noParams,
  smallQuantity,
  stateBlockRef,
} from "../params.ts";

const fullTransactions = z.boolean().nullish();

export function fastBlockMethods(context: FastContext) {
  function block(ref: BlockRef, full: boolean) {
    const found = findBlock(context, ref);
    return found === undefined ? null : formatBlock(context, found, full);
  }

  function transactionCount(ref: BlockRef) {
    const found = findBlock(context, ref);
    return found === undefined ? null : toQuantity(found.transactions.length);
  }

  /** Blocks of one ledger have none. */
  function uncleCount(ref: BlockRef) {
    return findBlock(context, ref) === undefined ? null : "0x0";
  }

  return {
    eth_blockNumber: defineMethod(noParams, () => toQuantity(newestBlock(context).header.number)),
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
    /** Of signed transactions: the chain's own have none. */
    eth_getBlockReceipts: defineMethod(
      z.tuple([z.union([hash.transform((hash): BlockRef => ({ hash })), stateBlockRef])]),
      ([ref]) => {
        const found = findBlock(context, ref);
        return found === undefined ? null : formatReceipts(context, found);
      },
    ),
  };
}
