import {
  type Block,
  type ChainId,
  decodeFastTransaction,
  decodeZkTransaction,
  type FastTransaction,
  hashTransaction,
  sessionIdOf,
  type ZkTransaction,
} from "@weft/protocol";
import { indexRoomEvents } from "./indexRoomEvents.ts";
import { add, type Direction, type LedgerEntries, type Place } from "./ledgerEntries.ts";
import type { SignedReader } from "./signedReader.ts";

export type IndexContext = {
  readonly entries: LedgerEntries;
  readonly fastChainId: ChainId;
  readonly signed: SignedReader;
};

/** Takes a block into the index, a transaction at a time: a full one takes longer than a thread may be held. */
export function* indexBlock(
  context: IndexContext,
  { header, transactions }: Block,
  direction: Direction,
): Generator<void> {
  const isFast = header.chainId === context.fastChainId;
  const count = transactions.length;
  for (let nth = 0; nth < count; nth++) {
    const index = direction === "later" ? nth : count - 1 - nth;
    const raw = transactions[index];
    if (raw === undefined) continue;
    const place = { height: header.height, index };
    add(context.entries.transactions, direction, hashTransaction(raw), place);
    if (isFast) indexFast(context, decodeFastTransaction(raw), place, direction);
    else indexZk(context, decodeZkTransaction(raw), place, direction);
    yield;
  }
}

function indexFast(
  { entries, fastChainId, signed }: IndexContext,
  transaction: FastTransaction,
  place: Place,
  direction: Direction,
): void {
  switch (transaction.type) {
    case "signed": {
      const { from, to, portalCall } = signed.fast(transaction.raw);
      const others = portalCall === undefined ? to : portalCall.recipient;
      entries.addActivity([from, ...(others === undefined ? [] : [others])], place, direction);
      return;
    }
    case "deposit":
      add(entries.deposits, direction, transaction.nonce, place);
      entries.addAsset(transaction.asset);
      entries.addActivity([transaction.recipient], place, direction);
      return;
    case "openSession": {
      const { grant, login } = transaction;
      add(entries.sessions, direction, sessionIdOf(fastChainId, grant), place);
      // Who proves that they own some pass shows only where the prizes go.
      const owner = login.type === "wallet" ? [login.owner] : [];
      entries.addActivity([grant.payout, ...owner], place, direction);
      return;
    }
    case "createRoom": {
      const room = entries.room(transaction.room, place.height, direction);
      room.created = { ...transaction, height: place.height };
      return;
    }
    case "roomEvents":
      indexRoomEvents(entries, transaction, place, direction);
      return;
    default:
  }
}

function indexZk(
  { entries, signed }: IndexContext,
  transaction: ZkTransaction,
  place: Place,
  direction: Direction,
): void {
  if (transaction.type === "release") {
    add(entries.releases, direction, transaction.nonce, place);
    entries.addAsset(transaction.asset);
    entries.addActivity([transaction.recipient], place, direction);
  } else if (transaction.type === "signed") {
    const { from, to } = signed.zk(transaction.raw);
    entries.addActivity([from, ...(to === undefined ? [] : [to])], place, direction);
  }
}
