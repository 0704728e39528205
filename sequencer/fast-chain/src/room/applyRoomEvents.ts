import type { Address, LedgerHeight, RoomEvent, RoomEvents } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import type { Transition } from "../transition.ts";
import type { RoomRecord, Round } from "../types.ts";
import { applyPlay, isPlay } from "./applyPlay.ts";
import { applyRoomEvent, type RareEvent } from "./applyRoomEvent.ts";

/** @throws FastChainError ROOM_UNKNOWN */
export function knownRoom(state: FastState, room: Address): RoomRecord {
  return state.room(room) ?? refuseUnknown(room);
}

/** @throws FastChainError ROOM_UNKNOWN */
export function refuseUnknown(room: Address): never {
  return refuse("ROOM_UNKNOWN", `no room ${room}`, { room });
}

/**
 * One event of a room, applied to the chain.
 * @returns how many events the room has with it
 */
export function applyEventToState(transition: Transition, room: Address, event: RoomEvent): number {
  const { state, observer } = transition;
  if (!isPlay(event)) return applyRareEvent(transition, room, event).events;
  const play = state.play(room) ?? refuseUnknown(room);
  applyPlay(transition, play, event);
  const { events } = play;
  if (observer?.roomEvent !== undefined) observer.roomEvent(knownRoom(state, room), event);
  return events;
}

/** A closed room leaves the state; its log stays. */
function applyRareEvent(transition: Transition, room: Address, event: RareEvent): RoomRecord {
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
  // With each block, of each of its rooms: what is played changes nothing of this.
  const record = state.roomBeforePlay(room);
  if (record === undefined) return;
  const round = record.round && withHeights(record.round, height);
  const reported = record.reported && atHeight(record.reported, height);
  if (round === record.round && reported === record.reported) return;
  state.setRoom({ ...knownRoom(state, room), round, reported });
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
