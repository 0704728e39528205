import { z } from "zod";
import { type FastContext, findBlock, newestBlock } from "../fastContext.ts";
import { toQuantity } from "../format.ts";
import { formatBlock } from "../formatFast.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, hash, noParams } from "../params.ts";

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
  };
}
