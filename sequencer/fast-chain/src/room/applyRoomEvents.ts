import type { Address, LedgerHeight, RoomEvent, RoomEvents } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import type { Transition } from "../transition.ts";
import type { RoomRecord } from "../types.ts";
import { applyRoomEvent } from "./applyRoomEvent.ts";

/** @throws FastChainError ROOM_UNKNOWN */
export function knownRoom(state: FastState, room: Address): RoomRecord {
  return state.room(room) ?? refuse("ROOM_UNKNOWN", `no room ${room}`, { room });
}

/** One event of a room, applied to the chain. A closed room leaves the state; its log stays. */
export function applyEventToState(transition: Transition, room: Address, event: RoomEvent): void {
  const { state, observer } = transition;
  const after = applyRoomEvent(transition, knownRoom(state, room), event);
  if (event.type === "close") state.deleteRoom(room);
  else state.setRoom(after);
  observer?.roomEvent?.(after, event);
}

/** A run of events out of a block. */
export function applyRoomEvents(transition: Transition, run: RoomEvents): void {
  const record = knownRoom(transition.state, run.room);
  if (run.firstIndex !== record.events) {
    refuse("EVENT_OUT_OF_ORDER", `event ${run.firstIndex}, expected ${record.events}`);
  }
  for (const event of run.events) applyEventToState(transition, run.room, event);
}

/** Once the block is ordered: a round that opened or ended in it learns its height. */
export function markRoundHeights(state: FastState, room: Address, height: LedgerHeight): void {
  const record = state.room(room);
  const round = record?.round;
  if (record === undefined || round === undefined) return;
  const openHeight = round.openHeight ?? height;
  const end = round.end && { ...round.end, height: round.end.height ?? height };
  if (openHeight === round.openHeight && end?.height === round.end?.height) return;
  state.setRoom({ ...record, round: { ...round, openHeight, end } });
}
