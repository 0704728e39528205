import { type Hash, hexToBytes } from "@weft/protocol";
import { z } from "zod";
import type { FastContext } from "../fastContext.ts";
import { formatReceipt, formatTransaction, placeIn } from "../formatFast.ts";
import { defineMethod } from "../method.ts";
import { data, hash } from "../params.ts";

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

  return {
    /** Answers when the transaction is `sequenced`: a few milliseconds. */
    eth_sendRawTransaction: defineMethod(z.tuple([data]), async ([raw]) => {
      const { hash, durable } = await chain.submit({ type: "signed", raw: hexToBytes(raw) });
      await durable;
      return hash;
    }),
    eth_getTransactionByHash: defineMethod(z.tuple([hash]), async ([hash]) => {
      const found = await sequenced(hash);
      return found ? formatTransaction(context, found.inclusion.raw, found.place) : null;
    }),
    eth_getTransactionReceipt: defineMethod(z.tuple([hash]), async ([hash]) => {
      const found = await sequenced(hash);
      return found ? formatReceipt(context, found.inclusion, found.place) : null;
    }),
  };
}
