import { hexToBytes } from "@weft/protocol";
import { z } from "zod";
import { formatReceipt, formatTransaction } from "../formatZk.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, data, hash, smallQuantity } from "../params.ts";
import { findBlock, whenSequenced, type ZkContext } from "../zkContext.ts";

export function zkTransactionMethods(context: ZkContext) {
  const { chain } = context;

  async function byIndex(ref: BlockRef, index: number) {
    const block = await findBlock(context, ref);
    if (block === undefined) return null;
    const transaction = (await chain.blockTransactions(block.number))?.[index];
    return transaction === undefined ? null : formatTransaction(transaction);
  }

  return {
    /** Answers when the mempool has it; that it is in a block is for its receipt to say. */
    eth_sendRawTransaction: defineMethod(z.tuple([data]), ([raw]) => chain.submit(hexToBytes(raw))),
    eth_getTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const transaction = await chain.transaction(hash);
      if (transaction === undefined) return null;
      if (transaction.inclusion) await whenSequenced(context, [transaction.inclusion]);
      return formatTransaction(transaction);
    }),
    eth_getTransactionReceipt: defineMethod(z.tuple([hash]), async ([hash]) => {
      const receipt = await chain.receipt(hash);
      if (receipt === undefined) return null;
      await whenSequenced(context, [receipt]);
      return formatReceipt(receipt);
    }),
    eth_getTransactionByBlockNumberAndIndex: defineMethod(
      z.tuple([blockRef, smallQuantity]),
      ([ref, index]) => byIndex(ref, index),
    ),
    eth_getTransactionByBlockHashAndIndex: defineMethod(
      z.tuple([hash, smallQuantity]),
      ([hash, index]) => byIndex({ hash }, index),
    ),
  };
}
