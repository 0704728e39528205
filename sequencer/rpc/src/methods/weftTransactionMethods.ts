import type { Hash, LedgerHeight } from "@weft/protocol";
import { z } from "zod";
import { defineMethod } from "../method.ts";
import { hash, ledgerHeight } from "../params.ts";
import { describeTransaction } from "../views/describeTransaction.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";

type Place = { readonly height: LedgerHeight; readonly index: number };

const transactionRef = z.union(
  [hash, z.strictObject({ height: ledgerHeight, index: z.int().min(0) })],
  { error: "expected a transaction hash, or a place { height, index }" },
);

/** Transactions of every kind and either chain, decoded. */
export function weftTransactionMethods(context: WeftContext) {
  return {
    weft_getTransaction: defineMethod(z.tuple([transactionRef]), async ([ref]) => {
      const place = typeof ref === "string" ? await findTransaction(context, ref) : ref;
      if (place === undefined) return null;
      const block = durableBlock(context.ledger, place.height);
      return block === undefined ? null : describeTransaction(context, block, place.index);
    }),
  };
}

/** Where a transaction is. Signed ones are known for longer than those that the index looks back to. */
export async function findTransaction(
  context: WeftContext,
  hash: Hash,
): Promise<Place | undefined> {
  const { ledger, fastChain, zkChain, index } = context;
  const signed = fastChain.receipt(hash);
  if (signed !== undefined) {
    await ledger.whenDurable(signed.height);
    return signed;
  }
  const executed = await zkChain.transaction(hash);
  if (executed?.inclusion !== undefined) {
    const { blockHeight } = executed.inclusion;
    await ledger.whenDurable(blockHeight);
    return placeInBlock(context, blockHeight, executed.raw);
  }
  const { entries } = await index.find(({ transactions }) => transactions.get(hash) !== undefined);
  return entries.transactions.get(hash);
}

/** The ZK chain counts only transactions with a receipt; here all of a block's are counted. */
function placeInBlock(
  { ledger }: WeftContext,
  height: LedgerHeight,
  raw: Uint8Array,
): Place | undefined {
  const block = durableBlock(ledger, height);
  const index = block?.transactions.findIndex((other) => Buffer.compare(other, raw) === 0) ?? -1;
  return index < 0 ? undefined : { height, index };
}
