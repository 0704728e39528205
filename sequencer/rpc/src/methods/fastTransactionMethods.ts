import { bytesToHex, type Hash, type Hex, hexToBytes } from "@weft/protocol";
import { z } from "zod";
import { type FastContext, findBlock } from "../fastContext.ts";
import { formatReceipt, formatTransaction, placeIn } from "../formatFast.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, data, hash, smallQuantity } from "../params.ts";

export function fastTransactionMethods(context: FastContext) {
  const { chain, ledger } = context;

  /** Waits until the transaction's block is on disk: a receipt is a promise. */
  async function sequenced(hash: Hash) {
    const inclusion = chain.receipt(hash);
    if (inclusion === undefined) return undefined;
    await ledger.whenDurable(inclusion.height);
    const block = ledger.blockByHeight(inclusion.height);
    return block && { inclusion, place: placeIn(block, inclusion.index) };
  }

  async function receiptOf(hash: Hash) {
    const found = await sequenced(hash);
    return found ? formatReceipt(context, found.inclusion, found.place) : null;
  }

  async function submit(raw: Hex): Promise<Hash> {
    const { hash, durable } = await chain.submit({ type: "signed", raw: hexToBytes(raw) });
    await durable;
    return hash;
  }

  /** Of any kind: this is how the chain's own transactions are found one by one. */
  function byIndex(ref: BlockRef, index: number) {
    const block = findBlock(context, ref);
    const raw = block?.transactions[index];
    if (block === undefined || raw === undefined) return null;
    return formatTransaction(context, raw, placeIn(block, index));
  }

  return {
    /** Answers when the transaction is `sequenced`: a few milliseconds. */
    eth_sendRawTransaction: defineMethod(z.tuple([data]), ([raw]) => submit(raw)),
    /** EIP-7966. What is sequenced has its receipt, so that there is nothing to time out. */
    eth_sendRawTransactionSync: defineMethod(
      z.tuple([data, z.unknown().optional()]),
      async ([raw]) => receiptOf(await submit(raw)),
    ),
    eth_getTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const found = await sequenced(hash);
      return found ? formatTransaction(context, found.inclusion.raw, found.place) : null;
    }),
    eth_getRawTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const found = await sequenced(hash);
      return found ? bytesToHex(found.inclusion.raw) : null;
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
