import {
  extendLane,
  type FrameEvent,
  type LeaveEvent,
  type SealEvent,
  type TickEvent,
} from "@weft/protocol";
import type { Checks } from "../checks.ts";
import { refuse } from "../errors.ts";
import type { RoomDraft, RoomRecord, SealClaim } from "../types.ts";
import { activeLane, withLane } from "./lane.ts";
import { SIGNATURE_BYTES } from "./sealBatch.ts";

/** The lane grows by a frame. What the frame means is the game's affair. */
export function applyFrame(checks: Checks, draft: RoomDraft, event: FrameEvent): RoomRecord {
  const lane = activeLane(draft, event.lane);
  checks.frame(event.frame, lane.head.seq + 1);
  return withLane(draft, event.lane, { ...lane, head: extendLane(lane.head, event.frame) });
}

/**
 * The player signs for the lane's frames so far: a seal covers the head as it is, or nothing. Only its place is checked. The
 * newest says what all before it said, so most signatures never matter; those that a report depends on are verified there
 * (`round.ts`).
 */
export function applySeal(draft: RoomDraft, event: SealEvent): RoomRecord {
  const lane = activeLane(draft, event.lane);
  if (event.seq !== lane.head.seq) {
    refuse("SEAL_OUT_OF_ORDER", `seal up to ${event.seq}, the lane is at ${lane.head.seq}`, {
      seq: event.seq,
      expected: lane.head.seq,
    });
  }
  if (event.signature.length !== SIGNATURE_BYTES) {
    refuse("SEAL_SIGNATURE_INVALID", `a signature of ${event.signature.length} bytes`);
  }
  // A copy: what it is cut out of may be a whole block, or be written over.
  const sealed: SealClaim = { ...lane.head, signature: new Uint8Array(event.signature) };
  return withLane(draft, event.lane, { ...lane, sealed });
}

export function applyLeave(draft: RoomDraft, event: LeaveEvent): RoomRecord {
  const lane = activeLane(draft, event.lane);
  return withLane(draft, event.lane, { ...lane, left: event.reason });
}

export function applyTick(draft: RoomDraft, { nowMs }: TickEvent): RoomRecord {
  if (nowMs < draft.nowMs) {
    refuse("CLOCK_FELL", `tick at ${nowMs}, the room's clock is at ${draft.nowMs}`);
  }
  draft.nowMs = nowMs;
  return draft;
}
