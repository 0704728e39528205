import type { RoomEvent } from "@weft/protocol";
import type { Transition } from "../transition.ts";
import type { RoomDraft, RoomRecord } from "../types.ts";
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
  // Every action makes one of these copies, and what comes often writes into it instead of making another. The record itself
  // is never written to: a refused event leaves no trace, and others may be reading it.
  return dispatch(transition, { ...record, events: record.events + 1 }, event);
}

function dispatch(transition: Transition, draft: RoomDraft, event: RoomEvent): RoomRecord {
  switch (event.type) {
    case "join":
      return applyJoin(transition, draft, event);
    case "rejoin":
      return applyRejoin(transition, draft, event);
    case "leave":
      return applyLeave(draft, event);
    case "frame":
      return applyFrame(transition.checks, draft, event);
    case "tick":
      return applyTick(draft, event);
    case "seal":
      return applySeal(draft, event);
    case "checkpoint":
      return { ...draft, stateHash: event.stateHash };
    case "roundOpen":
      return applyRoundOpen(transition, draft, event);
    case "roundEnd":
      return applyRoundEnd(draft, event);
    case "report":
      return applyReport(draft, event);
    case "roundVoid":
      return applyRoundVoid(draft, event);
    case "close":
      return draft;
  }
}
