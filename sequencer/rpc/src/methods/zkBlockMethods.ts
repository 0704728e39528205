import { z } from "zod";
import { toQuantity } from "../format.ts";
import { formatBlock, formatReceipt, formatTransaction } from "../formatZk.ts";
import { defineMethod } from "../method.ts";
import {
  type BlockRef,
  blockRef,
  hash,
  noParams,
  smallQuantity,
  stateBlockRef,
} from "../params.ts";
import { findBlock, type ZkContext } from "../zkContext.ts";

const fullTransactions = z.boolean().nullish();

export function zkBlockMethods(context: ZkContext) {
  const { chain } = context;

  async function block(ref: BlockRef, full: boolean) {
    const found = await findBlock(context, ref);
    if (found === undefined) return null;
    if (!full) return formatBlock(found, found.transactionHashes);
    const transactions = (await chain.blockTransactions(found.number)) ?? [];
    return formatBlock(found, transactions.map(formatTransaction));
  }

  async function transactionCount(ref: BlockRef) {
    const found = await findBlock(context, ref);
    return found === undefined ? null : toQuantity(found.transactionHashes.length);
  }

  /** Blocks of one ledger have none. */
  async function uncleCount(ref: BlockRef) {
    return (await findBlock(context, ref)) === undefined ? null : "0x0";
  }

  return {
    eth_blockNumber: defineMethod(noParams, async () => {
      const newest = await findBlock(context, "latest");
      return toQuantity(newest?.number ?? 0);
    }),
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
      async ([ref]) => {
        const found = await findBlock(context, ref);
        if (found === undefined) return null;
        return ((await chain.blockReceipts(found.number)) ?? []).map(formatReceipt);
      },
    ),
  };
}
