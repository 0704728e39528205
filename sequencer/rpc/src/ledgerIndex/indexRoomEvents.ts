import type { LedgerHeight, RoomEvent, RoomEvents } from "@weft/protocol";
import type { Direction, LedgerEntries, Place } from "./ledgerEntries.ts";
import { MAX_INDEXED_LANES, MAX_ROOM_ROUNDS } from "./limits.ts";
import type { LaneEntry, RoomEntry } from "./roomEntry.ts";

/** Takes a run of a room's events into the index. What it says doesn't depend on the direction. */
export function indexRoomEvents(
  entries: LedgerEntries,
  { room, firstIndex, events }: RoomEvents,
  place: Place,
  direction: Direction,
): void {
  const { height } = place;
  const entry = entries.room(room, height, direction);
  entry.addMark({ height, firstIndex });
  entry.newestHeight = Math.max(entry.newestHeight, height) as LedgerHeight;
  entry.events = Math.max(entry.events, firstIndex + events.length);
  for (const event of events) {
    if ("lane" in event) indexLane(entry, event, height);
    else if (event.type === "tick") entry.nowMs = Math.max(entry.nowMs, event.nowMs);
    else if (event.type === "close") entry.closedHeight = height;
    else indexRound(entries, entry, event, place, direction);
  }
}

type LaneEvent = Extract<RoomEvent, { lane: number }>;

function indexLane(room: RoomEntry, event: LaneEvent, height: LedgerHeight): void {
  const lane = laneOf(room, event.lane);
  if (lane === undefined) return;
  switch (event.type) {
    case "join":
      lane.sessionId = event.sessionId;
      lane.joinedHeight = height;
      return;
    case "leave":
      lane.left = { reason: event.reason, height };
      return;
    case "frame":
      lane.frames++;
      return;
    case "seal":
      lane.seals++;
      lane.sealedSeq = Math.max(lane.sealedSeq, event.seq);
      return;
    default:
  }
}

function laneOf({ lanes }: RoomEntry, lane: number): LaneEntry | undefined {
  const known = lanes.get(lane);
  if (known !== undefined || lanes.size >= MAX_INDEXED_LANES) return known;
  const entry: LaneEntry = {
    lane,
    sessionId: undefined,
    joinedHeight: undefined,
    frames: 0,
    seals: 0,
    sealedSeq: 0,
    left: undefined,
  };
  lanes.set(lane, entry);
  return entry;
}

function indexRound(
  entries: LedgerEntries,
  room: RoomEntry,
  event: RoomEvent,
  place: Place,
  direction: Direction,
): void {
  const { height } = place;
  const roundOf = (roundId: `0x${string}`) => {
    if (room.rounds.size < MAX_ROOM_ROUNDS) room.rounds.add(roundId);
    return entries.round(roundId, room.room, direction);
  };
  if (event.type === "roundOpen") {
    const { cap, deadlineMs, players } = event;
    roundOf(event.roundId).opened = { height, cap, deadlineMs, players };
  } else if (event.type === "roundEnd") roundOf(event.roundId).endedHeight = height;
  else if (event.type === "roundVoid") {
    roundOf(event.roundId).voided = { height, code: event.code };
  } else if (event.type === "report") {
    const { roundId, mints, actions } = event.report;
    roundOf(roundId).reported = { ...place, prizes: mints.length, actions };
    const winners = mints.map(({ to }) => to);
    entries.addActivity(winners, place, direction);
  }
}
