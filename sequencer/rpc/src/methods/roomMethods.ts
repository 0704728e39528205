import type { Address, LedgerHeight } from "@weft/protocol";
import { z } from "zod";
import type { RoomEvents, RoomList, RoundList } from "../answers.ts";
import type { LedgerEntries } from "../ledgerIndex/ledgerEntries.ts";
import { MAX_ROOM_EVENTS_READ, ROOM_EVENTS } from "../ledgerIndex/limits.ts";
import { defineMethod } from "../method.ts";
import { address, hash } from "../params.ts";
import { readRoomEvents } from "../views/readRoomEvents.ts";
import { type KnownRoom, knownRooms, roomDetails, roomSummary } from "../views/roomViews.ts";
import { roundDetails, roundSummary } from "../views/roundViews.ts";
import type { WeftContext } from "../weftContext.ts";
import { listParams, pageOf } from "./listParams.ts";

const eventsParams = z.tuple([
  z.strictObject({
    room: address,
    fromIndex: z.int().min(0).default(0),
    limit: z.int().min(1).max(MAX_ROOM_EVENTS_READ).default(ROOM_EVENTS),
  }),
]);

/** Rooms and rounds, of now and of the past. */
export function roomMethods(context: WeftContext) {
  const { index, fastChain, ledger } = context;

  async function findRoom(room: Address) {
    const record = fastChain.rooms().find((open) => open.room === room);
    // Of an open room the chain knows everything but when; of a closed one only the blocks know.
    const isFound = ({ rooms }: LedgerEntries) => rooms.get(room)?.created !== undefined;
    const indexed = await index.find(isFound);
    const entry = indexed.entries.rooms.get(room);
    if (record === undefined && entry === undefined) return undefined;
    return { indexed, known: { room, record, entry } satisfies KnownRoom };
  }

  return {
    weft_getRooms: defineMethod(listParams, async (params): Promise<RoomList> => {
      const indexed = await index.newest();
      const { from, to } = pageOf(params);
      const rooms = knownRooms(context, indexed);
      return {
        rooms: rooms.slice(from, to).map((room) => roomSummary(room, indexed)),
        total: rooms.length,
        fromHeight: indexed.fromHeight,
      };
    }),

    weft_getRoom: defineMethod(z.tuple([address]), async ([room]) => {
      const found = await findRoom(room);
      return found === undefined ? null : roomDetails(context, found.known, found.indexed);
    }),

    /** Events in their order. `nextIndex` is null when these are the newest. */
    weft_getRoomEvents: defineMethod(eventsParams, async ([asked]): Promise<RoomEvents | null> => {
      const { room, fromIndex, limit } = asked;
      const found = await findRoom(room);
      if (found === undefined) return null;
      const { entry } = found.known;
      const mark = entry?.markFor(fromIndex);
      if (entry === undefined || mark === undefined) return { events: [], nextIndex: null };
      const { events, isCut } = await readRoomEvents(context, {
        room,
        fromIndex,
        limit,
        fromHeight: mark.height,
        toHeight: (entry.closedHeight ?? ledger.durableHeight ?? 0) as LedgerHeight,
      });
      const last = events.at(-1)?.index ?? fromIndex - 1;
      return { events, nextIndex: isCut || last + 1 < entry.events ? last + 1 : null };
    }),

    weft_getRounds: defineMethod(listParams, async (params): Promise<RoundList> => {
      const indexed = await index.newest();
      const { from, to } = pageOf(params);
      const rounds = indexed.entries.rounds.newestFirst();
      return {
        rounds: rounds.slice(from, to).map((round) => roundSummary(round, indexed)),
        total: rounds.length,
        fromHeight: indexed.fromHeight,
      };
    }),

    weft_getRound: defineMethod(z.tuple([hash]), async ([roundId]) => {
      const indexed = await index.find(({ rounds }) => {
        return rounds.get(roundId)?.opened !== undefined;
      });
      const round = indexed.entries.rounds.get(roundId);
      return round === undefined ? null : roundDetails(context, round, indexed);
    }),
  };
}
