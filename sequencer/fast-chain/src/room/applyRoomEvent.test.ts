import { encodeFrame, type RoomEvent, timestampMs, ZERO_HASH } from "@weft/protocol";
import { expect, test } from "vitest";
import {
  act,
  createPlayer,
  createTestChain,
  createTestRoom,
  joinRoom,
  seal,
} from "../testChain.ts";

const alice = createPlayer(1);
const bob = createPlayer(2);

async function openRoom() {
  const chain = createTestChain();
  const journal = createTestRoom(chain);
  await joinRoom(chain, journal, alice);
  await joinRoom(chain, journal, bob);
  return { journal, nowMs: chain.nowMs() };
}

test("a room's record never changes: each event makes a new one, and counts", async () => {
  const { journal, nowMs } = await openRoom();
  const events: (() => unknown)[] = [
    () => act(journal, 0, 1),
    () => seal(journal, 0, alice),
    () => journal.append({ type: "tick", nowMs: timestampMs(nowMs + 1) }),
    () => journal.append({ type: "checkpoint", stateHash: ZERO_HASH }),
    () => journal.append({ type: "leave", lane: 1, reason: "left" }),
    () => journal.append({ type: "close" }),
  ];
  for (const append of events) {
    const { record } = journal;
    const before = structuredClone(record);
    append();
    expect(record).toEqual(before);
    if (append !== events.at(-1)) expect(journal.record.events).toBe(before.events + 1);
  }
});

test("an event that is refused leaves no trace", async () => {
  const { journal, nowMs } = await openRoom();
  act(journal, 0, 1);
  journal.append({ type: "tick", nowMs: timestampMs(nowMs) });
  const frame = encodeFrame({ seq: 3, action: "move", input: 1 });
  const refused: [RoomEvent, string][] = [
    [{ type: "frame", lane: 0, frame }, "FRAME_OUT_OF_ORDER"],
    [{ type: "frame", lane: 2, frame }, "LANE_UNKNOWN"],
    [{ type: "seal", lane: 0, seq: 2, signature: new Uint8Array(64) }, "SEAL_OUT_OF_ORDER"],
    [{ type: "leave", lane: 2, reason: "left" }, "LANE_UNKNOWN"],
    [{ type: "tick", nowMs: timestampMs(nowMs - 1) }, "CLOCK_FELL"],
  ];
  for (const [event, code] of refused) {
    const { record } = journal;
    const before = structuredClone(record);
    expect(() => journal.append(event)).toThrow(expect.objectContaining({ code }));
    expect(journal.record).toBe(record);
    expect(record).toEqual(before);
  }
});
