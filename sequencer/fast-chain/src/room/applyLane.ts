import {
  extendLane,
  type FrameEvent,
  type LeaveEvent,
  type SealEvent,
  type TickEvent,
} from "@weft/protocol";
import type { Checks } from "../checks.ts";
import { refuse } from "../errors.ts";
import type { RoomRecord } from "../types.ts";
import { activeLane, withLane } from "./lane.ts";

/** The lane grows by a frame. What the frame means is the game's affair. */
export function applyFrame(checks: Checks, record: RoomRecord, event: FrameEvent): RoomRecord {
  const lane = activeLane(record, event.lane);
  checks.frame(event.frame, lane.head.seq + 1);
  return withLane(record, event.lane, { ...lane, head: extendLane(lane.head, event.frame) });
}

/** The player signs for the lane's frames so far: a seal covers the head as it is, or nothing. */
export function applySeal(checks: Checks, record: RoomRecord, event: SealEvent): RoomRecord {
  const lane = activeLane(record, event.lane);
  if (event.seq !== lane.head.seq) {
    refuse("SEAL_OUT_OF_ORDER", `seal up to ${event.seq}, the lane is at ${lane.head.seq}`, {
      seq: event.seq,
      expected: lane.head.seq,
    });
  }
  checks.seal(lane.sessionKey, lane.head, event.signature);
  return withLane(record, event.lane, { ...lane, sealed: lane.head });
}

export function applyLeave(record: RoomRecord, event: LeaveEvent): RoomRecord {
  const lane = activeLane(record, event.lane);
  return withLane(record, event.lane, { ...lane, left: event.reason });
}

export function applyTick(record: RoomRecord, { nowMs }: TickEvent): RoomRecord {
  if (nowMs < record.nowMs) {
    refuse("CLOCK_FELL", `tick at ${nowMs}, the room's clock is at ${record.nowMs}`);
  }
  return { ...record, nowMs };
}
