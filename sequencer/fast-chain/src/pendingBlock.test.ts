import {
  type Address,
  decodeFastTransaction,
  type RoomEvent,
  timestampMs,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@weft/protocol";
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

it("gathers each room's events into runs, which transactions and joins end where rooms may depend on them", () => {
  const [a, b]: readonly Address[] = [`0x${"0a".repeat(20)}`, `0x${"0b".repeat(20)}`];
  const tick = (nowMs: number): RoomEvent => ({ type: "tick", nowMs: timestampMs(nowMs) });
  const pending = new PendingBlock();
  pending.addEvent(a as Address, 5, tick(1));
  pending.addEvent(b as Address, 7, tick(2));
  pending.addEvent(a as Address, 6, tick(3));
  const transfer = Uint8Array.of(2, 1);
  expect(pending.addTransaction(transfer, false)).toBe(2);
  pending.addEvent(b as Address, 8, tick(4));
  const login = Uint8Array.of(2, 2);
  expect(pending.addTransaction(login, true)).toBe(3);
  pending.addEvent(a as Address, 7, tick(5));
  const packed = pending.pack();
  const run = (room: Address | undefined, firstIndex: number, ...ticks: number[]) => ({
    ...{ type: "roomEvents", room, firstIndex },
    events: ticks.map(tick),
  });
  expect(packed.map(decodeFastTransaction)).toEqual([
    run(a, 5, 1, 3),
    run(b, 7, 2, 4),
    { type: "signed", raw: transfer },
    { type: "signed", raw: login },
    run(a, 7, 5),
  ]);
  expect(pending.pack()).toEqual(packed);
  expect([...pending.rooms()]).toEqual([
    [a, 8],
    [b, 9],
  ]);
  expect(pending.transactionCount).toBe(5);
});
