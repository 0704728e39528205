import type { FrameEvent, RoomEvent, SealEvent, TickEvent } from "@weft/protocol";
import type { Checks } from "../checks.ts";
import { refuse } from "../errors.ts";
import type { Transition } from "../transition.ts";
import type { PlayedLane, RoomPlay } from "./roomPlay.ts";
import { SIGNATURE_BYTES } from "./sealBatch.ts";

/** Events of play: all but a few of a room's. */
export type PlayEvent = Extract<
  RoomEvent,
  { readonly type: "frame" | "tick" | "seal" | "checkpoint" }
>;

const PLAY: ReadonlySet<RoomEvent["type"]> = new Set<PlayEvent["type"]>([
  "frame",
  "tick",
  "seal",
  "checkpoint",
]);

export function isPlay(event: RoomEvent): event is PlayEvent {
  return PLAY.has(event.type);
}

/**
 * Adds one event to what is played in a room. Each looks first and writes last, so that one that is refused leaves no trace.
 * @throws FastChainError; then nothing has changed.
 */
export function applyPlay(
  { checks, state }: Pick<Transition, "checks" | "state">,
  play: RoomPlay,
  event: PlayEvent,
): void {
  switch (event.type) {
    case "frame":
      state.hashSoon(applyFrame(checks, play, event));
      break;
    case "tick":
      applyTick(play, event);
      break;
    case "seal":
      applySeal(play, event);
      break;
    case "checkpoint":
      play.stateHash = event.stateHash;
      break;
  }
  play.events++;
}

/** The lane grows by a frame. What the frame means is the game's affair. */
function applyFrame(checks: Checks, play: RoomPlay, event: FrameEvent): PlayedLane {
  const lane = play.lane(event.lane);
  checks.frame(event.frame, lane.seq + 1);
  lane.add(event.frame);
  return lane;
}

/**
 * The player signs for the lane's frames so far: a seal covers the head as it is, or nothing. Only its place is checked. The
 * newest says what all before it said, so most signatures never matter; those that a report depends on are verified there
 * (`round.ts`).
 */
function applySeal(play: RoomPlay, { lane: number, seq, signature }: SealEvent): void {
  const lane = play.lane(number);
  const { seq: expected } = lane;
  if (seq !== expected) {
    refuse("SEAL_OUT_OF_ORDER", `seal up to ${seq}, the lane is at ${expected}`, { seq, expected });
  }
  if (signature.length !== SIGNATURE_BYTES) {
    refuse("SEAL_SIGNATURE_INVALID", `a signature of ${signature.length} bytes`);
  }
  // A copy: what it is cut out of may be a whole block, or be written over.
  lane.seal(new Uint8Array(signature));
}

function applyTick(play: RoomPlay, { nowMs }: TickEvent): void {
  if (nowMs < play.nowMs) {
    refuse("CLOCK_FELL", `tick at ${nowMs}, the room's clock is at ${play.nowMs}`);
  }
  play.nowMs = nowMs;
}
