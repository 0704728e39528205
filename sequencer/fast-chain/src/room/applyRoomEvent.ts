import type { RoomEvent } from "@weft/protocol";
import type { Transition } from "../transition.ts";
import type { RoomRecord } from "../types.ts";
import { applyJoin, applyRejoin } from "./applyJoin.ts";
import { applyLeave } from "./applyLeave.ts";
import type { PlayEvent } from "./applyPlay.ts";
import { applyReport, applyRoundEnd, applyRoundOpen, applyRoundVoid } from "./round.ts";

/** What comes once in a while, and changes more of a room than play does. */
export type RareEvent = Exclude<RoomEvent, PlayEvent>;

/**
 * The room after one more event.
 * @throws FastChainError; then nothing has changed.
 */
export function applyRoomEvent(
  transition: Transition,
  record: RoomRecord,
  event: RareEvent,
): RoomRecord {
  // The record itself is never written to: a refused event leaves no trace, and others may be reading it.
  return dispatch(transition, { ...record, events: record.events + 1 }, event);
}

function dispatch(transition: Transition, record: RoomRecord, event: RareEvent): RoomRecord {
  switch (event.type) {
    case "join":
      return applyJoin(transition, record, event);
    case "rejoin":
      return applyRejoin(transition, record, event);
    case "leave":
      return applyLeave(record, event);
    case "roundOpen":
      return applyRoundOpen(transition, record, event);
    case "roundEnd":
      return applyRoundEnd(record, event);
    case "report":
      return applyReport(record, event);
    case "roundVoid":
      return applyRoundVoid(record, event);
    case "close":
      return record;
  }
}
