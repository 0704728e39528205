import {
  type Address,
  type ChainId,
  type ChainNumber,
  type Hash,
  type LedgerHeight,
  MAX_NAME_BYTES,
} from "@weft/protocol";
import { z } from "zod";
import type { SearchHit } from "../answers.ts";
import type { LedgerEntries } from "../ledgerIndex/ledgerEntries.ts";
import { MAX_SEARCH_HITS } from "../ledgerIndex/limits.ts";
import { defineMethod } from "../method.ts";
import { knownRooms } from "../views/roomViews.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";
import { findTransaction } from "./weftTransactionMethods.ts";

const searchText = z
  .string()
  .max(2 * MAX_NAME_BYTES + 2)
  .transform((text) => text.trim());

/** Everything that a text can mean: heights and numbers, hashes, addresses, names of rooms. */
export function searchMethods(context: WeftContext) {
  return {
    weft_search: defineMethod(z.tuple([searchText]), async ([text]): Promise<SearchHit[]> => {
      const plain = text.replaceAll(/[,_\s#]/g, "");
      if (/^\d{1,15}$/.test(plain)) return findNumber(context, Number(plain));
      const hex = (/^0x/i.test(text) ? text : `0x${text}`).toLowerCase();
      if (/^0x[0-9a-f]{64}$/.test(hex)) return findHash(context, hex as Hash);
      if (/^0x[0-9a-f]{40}$/.test(hex)) return findAddress(context, hex as Address);
      return text === "" ? [] : findName(context, text);
    }),
  };
}

/** The ledger's height first, then the chains' own numbers. */
function findNumber({ ledger, fastChain, zkChainId }: WeftContext, number: number): SearchHit[] {
  const durable = ledger.durableHeight ?? -1;
  const blocks = [
    durableBlock(ledger, number as LedgerHeight),
    ...[fastChain.chainId, zkChainId].map((chainId: ChainId) =>
      ledger.blockByNumber(chainId, number as ChainNumber),
    ),
  ];
  const heights = new Set<number>();
  return blocks.flatMap((block): SearchHit[] => {
    if (block === undefined || block.header.height > durable) return [];
    const { height, chainId } = block.header;
    if (heights.has(height)) return [];
    heights.add(height);
    const chain = chainId === zkChainId ? "zk" : "fast";
    return [{ type: "block", height, chain, number: block.header.number }];
  });
}

async function findHash(context: WeftContext, hash: Hash): Promise<SearchHit[]> {
  const { ledger, fastChain, index } = context;
  const block = ledger.blockByHash(hash);
  if (block !== undefined) {
    const { height, chainId, number } = block.header;
    await ledger.whenDurable(height);
    const chain = chainId === fastChain.chainId ? "fast" : "zk";
    return [{ type: "block", height, chain, number }];
  }
  const isKnown = ({ rounds, sessions, transactions }: LedgerEntries) =>
    [rounds, sessions, transactions].some((known) => known.get(hash) !== undefined);
  const { entries } = await index.find(isKnown);
  if (entries.rounds.get(hash) !== undefined) return [{ type: "round", roundId: hash }];
  const session = entries.sessions.get(hash);
  if (session !== undefined) return [{ type: "session", sessionId: hash, ...session }];
  const place = entries.transactions.get(hash) ?? (await findTransaction(context, hash));
  if (place === undefined) return [];
  const { height, index: nth } = place;
  return [{ type: "transaction", hash, height, index: nth }];
}

/** Any address may have something: there is always an account. */
async function findAddress(context: WeftContext, address: Address): Promise<SearchHit[]> {
  const isOpen = context.fastChain.rooms().find(({ room }) => room === address);
  const { entries } = await context.index.newest();
  const room = isOpen ?? entries.rooms.get(address);
  const account: SearchHit = { type: "account", address };
  if (room === undefined) return [account];
  const name = isOpen?.name ?? entries.rooms.get(address)?.created?.name ?? null;
  return [{ type: "room", room: address, name }, account];
}

async function findName(context: WeftContext, text: string): Promise<SearchHit[]> {
  const indexed = await context.index.newest();
  const wanted = text.toLowerCase();
  const hits = knownRooms(context, indexed).flatMap(({ room, record, entry }): SearchHit[] => {
    const { name, game } = record ?? entry?.created ?? {};
    const isMeant = [name, game].some((known) => known?.toLowerCase().includes(wanted));
    return isMeant ? [{ type: "room", room, name: name ?? null }] : [];
  });
  return hits.slice(0, MAX_SEARCH_HITS);
}
