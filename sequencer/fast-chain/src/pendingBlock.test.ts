import { type RoomEvent, timestampMs, ZERO_ADDRESS, ZERO_HASH } from "@weft/protocol";
import { expect, it } from "vitest";
import { PendingBlock } from "./pendingBlock.ts";

const signature = new Uint8Array(64);
const PLAY: readonly RoomEvent[] = [
  { type: "frame", lane: 0, frame: Uint8Array.of(1) },
  { type: "tick", nowMs: timestampMs(1) },
  { type: "seal", lane: 0, seq: 1, signature },
  { type: "checkpoint", stateHash: ZERO_HASH },
];

function pendingOf(events: readonly RoomEvent[]): PendingBlock {
  const pending = new PendingBlock();
  events.forEach((event, index) => {
    pending.addEvent(ZERO_ADDRESS, index, event);
  });
  return pending;
}

it("can wait for the disk while all that is in it is play", () => {
  const join: RoomEvent = {
    ...{ type: "join", lane: 0, sessionId: ZERO_HASH },
    ...{ issuedAtMs: timestampMs(1), signature },
  };
  expect(pendingOf(PLAY).canWait).toBe(true);
  expect(pendingOf([...PLAY, join]).canWait).toBe(false);
  expect(pendingOf([{ type: "leave", lane: 0, reason: "left" }, ...PLAY]).canWait).toBe(false);
  const paying = pendingOf(PLAY);
  paying.addTransaction(Uint8Array.of(1), false);
  expect(paying.canWait).toBe(false);
});
