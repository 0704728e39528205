import type { Ledger } from "@weft/ledger";
import {
  type Address,
  type ChainId,
  decodeFastTransaction,
  type Hash,
  type LedgerHeight,
  type RoomEvent,
  type RoundReport,
} from "@weft/protocol";

/** A room's event, and its place. */
export type LoggedEvent = {
  readonly room: Address;
  /** Counts the room's events from 0. */
  readonly index: number;
  readonly event: RoomEvent;
  /** The block that holds it. */
  readonly height: LedgerHeight;
};

export type RoomLogQuery = {
  readonly ledger: Pick<Ledger, "blocks">;
  readonly chainId: ChainId;
  /** The first block to look at; the last is the head of the moment, by default. */
  readonly fromHeight: LedgerHeight;
  readonly toHeight?: LedgerHeight;
  /** By room, the index of the first event that is wanted. */
  readonly rooms: ReadonlyMap<Address, number>;
};

/**
 * Rooms' events out of the node's own ledger, in its order, in one pass however many rooms there are.
 * @throws LedgerError STORE_CORRUPT
 */
export function* readRoomLogs(query: RoomLogQuery): Generator<LoggedEvent, void> {
  const { ledger, chainId, fromHeight, toHeight, rooms } = query;
  const range = toHeight === undefined ? { fromHeight } : { fromHeight, toHeight };
  for (const { header, transactions } of ledger.blocks(range)) {
    if (header.chainId !== chainId) continue;
    for (const encoded of transactions) {
      const transaction = decodeFastTransaction(encoded);
      if (transaction.type !== "roomEvents") continue;
      const { room, firstIndex, events } = transaction;
      const fromIndex = rooms.get(room) ?? Infinity;
      for (let i = Math.max(0, fromIndex - firstIndex); i < events.length; i++) {
        const event = events[i] as RoomEvent;
        yield { room, index: firstIndex + i, event, height: header.height };
      }
    }
  }
}

/** A round's report, out of the block that holds it. */
export function findReport(
  { ledger, chainId }: Pick<RoomLogQuery, "ledger" | "chainId">,
  { room, roundId, height }: { room: Address; roundId: Hash; height: LedgerHeight },
): RoundReport | undefined {
  const rooms = new Map([[room, 0]]);
  for (const { event } of readRoomLogs({
    ledger,
    chainId,
    fromHeight: height,
    toHeight: height,
    rooms,
  })) {
    if (event.type === "report" && event.report.roundId === roundId) return event.report;
  }
  return undefined;
}
