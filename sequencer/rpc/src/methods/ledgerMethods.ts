import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ledger } from "@weft/ledger";
import {
  type Block,
  type ChainId,
  decodeFastTransaction,
  decodeZkTransaction,
  hashTransaction,
  type LedgerHeight,
} from "@weft/protocol";
import { z } from "zod";
import type { LedgerBlock } from "../answers.ts";
import { LEDGER_BLOCKS_PER_TURN, MAX_LEDGER_BLOCKS } from "../limits.ts";
import { defineMethod } from "../method.ts";
import { hash, ledgerHeight, noParams } from "../params.ts";

export type LedgerContext = {
  readonly ledger: Ledger;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
};

/**
 * The ledger itself, which Ethereum has no methods for. Heights, numbers and times are plain JSON
 * numbers. Only what is durable is shown.
 */
export function ledgerMethods(context: LedgerContext) {
  const { ledger } = context;
  return {
    weft_ledgerHead: defineMethod(noParams, async () => {
      const height = ledger.durableHeight;
      const block = height === undefined ? undefined : ledger.blockByHeight(height);
      return block === undefined ? null : summary(block);
    }),

    weft_getBlock: defineMethod(
      z.tuple([
        z.union([hash, ledgerHeight], { error: "expected a ledger height or a block hash" }),
      ]),
      async ([ref]) => {
        const isHash = typeof ref === "string";
        const block = isHash ? ledger.blockByHash(ref) : ledger.blockByHeight(ref);
        if (block === undefined) return null;
        await ledger.whenDurable(block.header.height);
        return withTransactions(context, block);
      },
    ),

    weft_getBlocks: defineMethod(
      z.tuple([
        z.object({
          fromHeight: ledgerHeight,
          toHeight: ledgerHeight.optional(),
          limit: z.int().min(1).max(MAX_LEDGER_BLOCKS).default(MAX_LEDGER_BLOCKS),
        }),
      ]),
      async ([{ fromHeight, toHeight, limit }]) => {
        const durable = ledger.durableHeight ?? -1;
        const last = Math.min(toHeight ?? durable, durable, fromHeight + limit - 1);
        const blocks = [];
        for (let height: number = fromHeight; height <= last; height++) {
          const block = ledger.blockByHeight(height as LedgerHeight);
          if (block === undefined) break;
          blocks.push(withTransactions(context, block));
          if (blocks.length % LEDGER_BLOCKS_PER_TURN === 0) await nextTurn();
        }
        return blocks;
      },
    ),
  };
}

function summary({ header, hash }: Block) {
  return { ...header, hash };
}

function withTransactions(context: LedgerContext, block: Block): LedgerBlock {
  const { chainId } = block.header;
  const decode = chainId === context.fastChainId ? decodeFastTransaction : decodeZkTransaction;
  return {
    ...summary(block),
    chain: chainId === context.fastChainId ? "fast" : "zk",
    transactions: block.transactions.map((raw) => {
      const transaction = decode(raw);
      return {
        hash: hashTransaction(raw),
        kind: transaction.type,
        sizeBytes: raw.length,
        ...(transaction.type === "roomEvents" && {
          room: transaction.room,
          events: transaction.events.length,
        }),
      };
    }),
  };
}
