import { bytesToHex, type Hash, type Hex, hexToBytes, keccak256 } from "@weft/protocol";
import { z } from "zod";
import type { ChainEvents } from "../chainEvents.ts";
import { RpcError } from "../errors.ts";
import { formatReceipt, formatTransaction } from "../formatZk.ts";
import { MAX_SYNC_TIMEOUT_MS, SYNC_TIMEOUT_MS } from "../limits.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, data, hash, smallQuantity } from "../params.ts";
import { findBlock, whenSequenced, type ZkContext } from "../zkContext.ts";

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

  async function receiptOf(hash: Hash) {
    const receipt = await chain.receipt(hash);
    if (receipt === undefined) return null;
    await whenSequenced(context, [receipt]);
    return formatReceipt(receipt);
  }

  async function submit(raw: Hex): Promise<Hash> {
    const hash = await chain.submit(hexToBytes(raw));
    pending.add(hash);
    return hash;
  }

  /** EIP-7966. Listens from before the transaction is sent, so that its block isn't missed. */
  async function submitSync(raw: Hex, timeoutMs: number) {
    const found = Promise.withResolvers<ReturnType<typeof formatReceipt>>();
    const hash = keccak256(hexToBytes(raw));
    const unsubscribe = events.blocks.subscribe({
      async block() {
        const receipt = await receiptOf(hash);
        if (receipt !== null) found.resolve(receipt);
      },
      failed: found.reject,
    });
    const timer = setTimeout(() => {
      const message = `sent, but in no block within ${timeoutMs} ms`;
      found.reject(new RpcError("TX_UNCONFIRMED", message, { details: { hash } }));
    }, timeoutMs);
    try {
      await submit(raw);
      return await found.promise;
    } finally {
      clearTimeout(timer);
      unsubscribe();
    }
  }

  return {
    /** Answers when the mempool has it; that it is in a block is for its receipt to say. */
    eth_sendRawTransaction: defineMethod(z.tuple([data]), ([raw]) => submit(raw)),
    eth_sendRawTransactionSync: defineMethod(z.tuple([data, timeout]), ([raw, timeoutMs]) =>
      submitSync(raw, Math.min(timeoutMs ?? SYNC_TIMEOUT_MS, MAX_SYNC_TIMEOUT_MS)),
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
    eth_getTransactionReceipt: defineMethod(z.tuple([hash]), ([hash]) => receiptOf(hash)),
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
