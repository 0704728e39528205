import type { Address, LedgerHeight, RoomEvent, RoomEvents } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import type { Transition } from "../transition.ts";
import type { RoomRecord, Round } from "../types.ts";
import { applyRoomEvent } from "./applyRoomEvent.ts";

/** @throws FastChainError ROOM_UNKNOWN */
export function knownRoom(state: FastState, room: Address): RoomRecord {
  return state.room(room) ?? refuse("ROOM_UNKNOWN", `no room ${room}`, { room });
}

/**
 * One event of a room, applied to the chain. A closed room leaves the state; its log stays.
 * @returns the room after the event
 */
export function applyEventToState(
  transition: Transition,
  room: Address,
  event: RoomEvent,
): RoomRecord {
  const { state, observer } = transition;
  const after = applyRoomEvent(transition, knownRoom(state, room), event);
  if (event.type === "close") state.deleteRoom(room);
  else state.setRoom(after);
  observer?.roomEvent?.(after, event);
  return after;
}

/** A run of events out of a block. */
export function applyRoomEvents(transition: Transition, run: RoomEvents): void {
  const record = knownRoom(transition.state, run.room);
  if (run.firstIndex !== record.events) {
    refuse("EVENT_OUT_OF_ORDER", `event ${run.firstIndex}, expected ${record.events}`);
  }
  for (const event of run.events) applyEventToState(transition, run.room, event);
}

/** Once the block is ordered: a round that opened, ended or was reported in it learns its height. */
export function markRoundHeights(state: FastState, room: Address, height: LedgerHeight): void {
  const record = state.room(room);
  if (record === undefined) return;
  const round = record.round && withHeights(record.round, height);
  const reported = record.reported && atHeight(record.reported, height);
  if (round === record.round && reported === record.reported) return;
  state.setRoom({ ...record, round, reported });
}

function withHeights(round: Round, height: LedgerHeight): Round {
  const end = round.end && atHeight(round.end, height);
  if (round.openHeight !== undefined && end === round.end) return round;
  return { ...round, openHeight: round.openHeight ?? height, end };
}

/** What hasn't a height yet gets this one. */
const atHeight = <T extends { readonly height: LedgerHeight | undefined }>(
  dated: T,
  height: LedgerHeight,
): T => (dated.height === undefined ? { ...dated, height } : dated);
