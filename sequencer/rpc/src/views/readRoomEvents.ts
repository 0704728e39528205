import { setTimeout as delay } from "node:timers/promises";
import { type Address, decodeFastTransaction, type LedgerHeight } from "@weft/protocol";
import type { RoomEvent } from "../answers.ts";
import { INDEX_PAUSE_MS, INDEX_SLICE_MS, MAX_ROOM_EVENT_BLOCKS } from "../ledgerIndex/limits.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";
import { describeRoomEvent } from "./describeRoomEvent.ts";

export type RoomEventsQuery = {
  readonly room: Address;
  readonly fromIndex: number;
  readonly limit: number;
  /** Where in the ledger to begin to look. */
  readonly fromHeight: LedgerHeight;
  readonly toHeight: LedgerHeight;
};

/** A room's events in their order, out of at most `MAX_ROOM_EVENT_BLOCKS` blocks. */
export async function readRoomEvents(
  { ledger, fastChain }: WeftContext,
  { room, fromIndex, limit, fromHeight, toHeight }: RoomEventsQuery,
): Promise<{ events: RoomEvent[]; isCut: boolean }> {
  const found: RoomEvent[] = [];
  const last = Math.min(toHeight, fromHeight + MAX_ROOM_EVENT_BLOCKS - 1);
  let turnEndsMs = performance.now() + INDEX_SLICE_MS;
  for (let height: number = fromHeight; height <= last; height++) {
    const block = durableBlock(ledger, height as LedgerHeight);
    if (block === undefined) break;
    if (block.header.chainId !== fastChain.chainId) continue;
    for (const raw of block.transactions) {
      const transaction = decodeFastTransaction(raw);
      if (transaction.type !== "roomEvents" || transaction.room !== room) continue;
      const skipped = Math.max(0, fromIndex - transaction.firstIndex);
      for (const [nth, event] of transaction.events.slice(skipped).entries()) {
        if (found.length >= limit) return { events: found, isCut: false };
        const index = transaction.firstIndex + skipped + nth;
        found.push({ index, height: block.header.height, ...describeRoomEvent(event) });
      }
    }
    if (performance.now() < turnEndsMs) continue;
    await delay(INDEX_PAUSE_MS);
    turnEndsMs = performance.now() + INDEX_SLICE_MS;
  }
  return { events: found, isCut: last < toHeight };
}
