import { FastChainError, type RoomJournal } from "@weft/fast-chain";
import type { GameInstance } from "@weft/game";
import { encodeFrame, type RoomEvent } from "@weft/protocol";
import { expect, test } from "vitest";
import { EXCESS_PER_SECOND, FRAMES_BURST, MAX_EXCESS_MESSAGES } from "../limits.ts";
import { LaneIntake } from "./laneIntake.ts";
import { Seat } from "./seat.ts";
import { Unsequenced } from "./unsequenced.ts";

const frameOf = (seq: number) => encodeFrame({ seq, action: "add", input: 1 });

/** A lane on a log that takes everything, as long as there is room. */
function createLane() {
  let nowMs = 0;
  let isFull = false;
  const events: RoomEvent[] = [];
  const dropped: string[] = [];
  const seat = new Seat(0, "0x0", 0, undefined, nowMs);
  const journal = {
    append(event: RoomEvent) {
      if (isFull) throw new FastChainError("BLOCK_FULL", "the disk is behind");
      return events.push(event) - 1;
    },
  };
  const intake = new LaneIntake({
    journal: journal as unknown as RoomJournal,
    program: { frame: () => ({ applied: true }) } as unknown as GameInstance,
    unsequenced: new Unsequenced(),
    nowMs: () => nowMs,
    random: () => 1,
    refuse: () => {},
    dropFalseSeal: () => {},
    dropMisbehaved: (gone, message) => {
      gone.gone = true;
      dropped.push(message);
    },
    onHostError: (error) => {
      throw error;
    },
  });
  return {
    intake,
    seat,
    events,
    dropped,
    pass: (ms: number) => {
      nowMs += ms;
    },
    fill: (full: boolean) => {
      isFull = full;
    },
  };
}

test("a flood ends in a drop, though there are good frames in it", () => {
  const { intake, seat, events, dropped, pass } = createLane();
  let sent = 0;
  // 20,000 a second: each 5 ms there is room for one more, which is the right one.
  while (!seat.gone && sent < 100_000) {
    for (let i = 0; i < 100; i++, sent++) intake.frame(seat, frameOf(seat.expected));
    pass(5);
  }
  expect(dropped).toEqual(["far too many messages"]);
  expect(events.length).toBeGreaterThan(FRAMES_BURST);
  expect(sent).toBeLessThan(2 * MAX_EXCESS_MESSAGES);
});

test("who is a little over the rate is refused, and keeps the place", () => {
  const { intake, seat, dropped, pass } = createLane();
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < FRAMES_BURST / 2 + EXCESS_PER_SECOND - 1; i++) {
      intake.frame(seat, frameOf(seat.expected));
    }
    pass(1_000);
  }
  expect(dropped).toEqual([]);
  expect(seat.gap).toBe("RATE_LIMITED");
});

test("while the disk is behind, frames come again later, and the time for seals begins anew", () => {
  const { intake, seat, events, pass, fill } = createLane();
  intake.frame(seat, frameOf(1));
  expect(seat.unsealedSinceMs).toBe(0);
  fill(true);
  pass(4_000);
  intake.frame(seat, frameOf(2));
  expect(seat.gap).toBe("RATE_LIMITED");
  expect(seat.unsealedSinceMs).toBe(4_000);
  fill(false);
  intake.frame(seat, frameOf(seat.expected));
  expect(events).toHaveLength(2);
  expect(seat.badMessages).toBe(0);
});
