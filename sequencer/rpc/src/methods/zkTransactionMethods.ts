import { bytesToHex, type Hash, type Hex, hexToBytes, keccak256 } from "@weft/protocol";
import { z } from "zod";
import type { ChainEvents } from "../chainEvents.ts";
import { formatTransaction } from "../formatZk.ts";
import { MAX_SYNC_TIMEOUT_MS, SYNC_TIMEOUT_MS } from "../limits.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, data, hash, smallQuantity } from "../params.ts";
import { findBlock, whenSequenced, type ZkContext } from "../zkContext.ts";
import { findReceipt, receiptOfSubmitted } from "../zkReceipts.ts";

/** Some clients send it as a JSON number. */
const timeout = z.union([z.int().min(1), smallQuantity]).nullish();

export function zkTransactionMethods(context: ZkContext, events: ChainEvents) {
  const { chain, pending } = context;

  async function byIndex(ref: BlockRef, index: number) {
    const block = await findBlock(context, ref);
    if (block === undefined) return null;
    const transaction = (await chain.blockTransactions(block.number))?.[index];
    return transaction === undefined ? null : formatTransaction(transaction);
  }

  async function submit(raw: Hex): Promise<Hash> {
    const hash = await chain.submit(hexToBytes(raw));
    pending.add(hash);
    return hash;
  }

  return {
    /** Answers when the mempool has it; that it is in a block is for its receipt to say. */
    eth_sendRawTransaction: defineMethod(z.tuple([data]), ([raw]) => submit(raw)),
    /** EIP-7966. */
    eth_sendRawTransactionSync: defineMethod(z.tuple([data, timeout]), ([raw, timeoutMs]) =>
      receiptOfSubmitted(context, events, {
        hash: keccak256(hexToBytes(raw)),
        submit: () => submit(raw),
        timeoutMs: Math.min(timeoutMs ?? SYNC_TIMEOUT_MS, MAX_SYNC_TIMEOUT_MS),
      }),
    ),
    eth_getTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const transaction = await chain.transaction(hash);
      if (transaction === undefined) return null;
      if (transaction.inclusion) await whenSequenced(context, [transaction.inclusion]);
      return formatTransaction(transaction);
    }),
    eth_getRawTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const transaction = await chain.transaction(hash);
      if (transaction === undefined) return null;
      if (transaction.inclusion) await whenSequenced(context, [transaction.inclusion]);
      return bytesToHex(transaction.raw);
    }),
    eth_getTransactionReceipt: defineMethod(z.tuple([hash]), ([hash]) =>
      findReceipt(context, hash),
    ),
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
