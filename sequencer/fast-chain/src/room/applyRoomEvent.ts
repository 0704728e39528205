import type { RoomEvent } from "@weft/protocol";
import type { Transition } from "../transition.ts";
import type { RoomRecord } from "../types.ts";
import { applyJoin, applyRejoin } from "./applyJoin.ts";
import { applyFrame, applyLeave, applySeal, applyTick } from "./applyLane.ts";
import { applyReport, applyRoundEnd, applyRoundOpen, applyRoundVoid } from "./round.ts";

/**
 * The room after one more event.
 * @throws FastChainError; then nothing has changed.
 */
export function applyRoomEvent(
  transition: Transition,
  record: RoomRecord,
  event: RoomEvent,
): RoomRecord {
  const after = dispatch(transition, record, event);
  return { ...after, events: record.events + 1 };
}

function dispatch(transition: Transition, record: RoomRecord, event: RoomEvent): RoomRecord {
  switch (event.type) {
    case "join":
      return applyJoin(transition, record, event);
    case "rejoin":
      return applyRejoin(transition, record, event);
    case "leave":
      return applyLeave(record, event);
    case "frame":
      return applyFrame(transition.checks, record, event);
    case "tick":
      return applyTick(record, event);
    case "seal":
      return applySeal(transition.checks, record, event);
    case "checkpoint":
      return { ...record, stateHash: event.stateHash };
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
