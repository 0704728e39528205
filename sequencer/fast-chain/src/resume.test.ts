import type { LedgerHeight, RoomEvent } from "@weft/protocol";
import { roundIdOf, timestampMs } from "@weft/protocol";
import { expect, test } from "vitest";
import { findReport, readRoomLogs } from "./room/readRoomLogs.ts";
import {
  act,
  createPlayer,
  createTestChain,
  createTestRoom,
  FAST,
  joinRoom,
  ROOM,
  seal,
  type TestChain,
  type TestPlayer,
} from "./testChain.ts";
import type { RoomJournal } from "./types.ts";

/** The same ledger, in a new process so to say. */
async function restart(test: TestChain): Promise<TestChain> {
  await test.chain.stop();
  const restarted = createTestChain(test.ledger);
  restarted.advance(test.nowMs() - restarted.nowMs());
  return restarted;
}

function rejoin(
  test: TestChain,
  journal: RoomJournal,
  player: TestPlayer,
  lane: number,
): RoomEvent {
  const { ticket, signature } = player.ticket(test.nowMs());
  const event = { type: "rejoin" as const, lane, issuedAtMs: ticket.issuedAtMs, signature };
  journal.append(event);
  return event;
}

async function roomWithLane() {
  const test = createTestChain();
  const journal = createTestRoom(test);
  const player = createPlayer(1);
  const lane = await joinRoom(test, journal, player);
  test.advance(1);
  return { test, journal, player, lane };
}

test("a room's log goes on after a restart, and a session comes back to its lane", async () => {
  const { test: before, journal: old, player, lane } = await roomWithLane();
  act(old, lane, 1);
  const restarted = await restart(before);
  expect(restarted.chain.rooms()).toMatchObject([{ room: ROOM, name: "the room", events: 2 }]);
  const journal = restarted.chain.resumeRoom(ROOM);
  expect(() => restarted.chain.resumeRoom(ROOM)).toThrow(
    expect.objectContaining({ code: "ROOM_HOSTED" }),
  );
  rejoin(restarted, journal, player, lane);
  act(journal, lane, 2);
  expect(journal.record).toMatchObject({ events: 4, lanes: [{ head: { seq: 2 } }] });
});

test("a ticket brings a session back once, also over a restart", async () => {
  const { test: before, journal: old, player, lane } = await roomWithLane();
  const used = rejoin(before, old, player, lane);
  expect(() => old.append(used)).toThrow(expect.objectContaining({ code: "TICKET_REUSED" }));
  const journal = (await restart(before)).chain.resumeRoom(ROOM);
  expect(() => journal.append(used)).toThrow(expect.objectContaining({ code: "TICKET_REUSED" }));
});

test("nobody comes back to a lane that has ended, or to somebody else's", async () => {
  const { test, journal, player, lane } = await roomWithLane();
  const other = createPlayer(2);
  const otherLane = await joinRoom(test, journal, other);
  test.advance(1);
  expect(() => rejoin(test, journal, player, otherLane)).toThrow(
    expect.objectContaining({ code: "TICKET_SIGNATURE_INVALID" }),
  );
  journal.append({ type: "leave", lane, reason: "left" });
  expect(() => rejoin(test, journal, player, lane)).toThrow(
    expect.objectContaining({ code: "LANE_UNKNOWN" }),
  );
  expect(() => test.chain.resumeRoom(`0x${"77".repeat(20)}`)).toThrow(
    expect.objectContaining({ code: "ROOM_UNKNOWN" }),
  );
});

test("a room's log is read from any event on, in the order of the ledger", async () => {
  const { test, journal, player, lane } = await roomWithLane();
  for (let i = 0; i < 5; i++) act(journal, lane, i);
  seal(journal, lane, player);
  await test.chain.stop();
  const { ledger } = test;
  const read = (fromIndex: number) => [
    ...readRoomLogs({
      ledger,
      chainId: FAST,
      fromHeight: 0 as LedgerHeight,
      rooms: new Map([[ROOM, fromIndex]]),
    }),
  ];
  expect(read(0).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(read(4).map(({ event }) => event.type)).toEqual(["frame", "frame", "seal"]);
});

/** Takes a round up to its report. */
async function reportRound(
  test: TestChain,
  journal: RoomJournal,
  player: TestPlayer,
  lane: number,
) {
  const roundId = roundIdOf(ROOM, journal.record.rounds);
  const opening = {
    roundId,
    cap: 1,
    deadlineMs: timestampMs(2 ** 41),
    ...test.chain.seed(roundId),
  };
  journal.append({ type: "roundOpen", ...opening, players: [lane] });
  act(journal, lane, 1);
  journal.append({ type: "roundEnd", roundId });
  seal(journal, lane, player);
  const ended = new Promise((resolve) => journal.onSequenced(resolve));
  await ended;
  const report = { ...journal.draftReport(), results: Uint8Array.of(0), mints: [] };
  const lanes = journal.reportedLanes();
  journal.append({ type: "report", report });
  return { roundId, report, lanes };
}

test("a reported round stays known, with its place, until the next one opens", async () => {
  const { test: before, journal: old, player, lane } = await roomWithLane();
  const { roundId, report, lanes } = await reportRound(before, old, player, lane);
  expect(old.record).toMatchObject({ reported: { roundId, height: undefined } });
  const { chain, ledger } = await restart(before);
  const { reported } = chain.room(ROOM);
  expect(reported).toMatchObject({ roundId, players: [lane], lanes });
  const height = reported?.height as LedgerHeight;
  expect(findReport({ ledger, chainId: FAST }, { room: ROOM, roundId, height })).toEqual(report);
  const journal = chain.resumeRoom(ROOM);
  const next = roundIdOf(ROOM, 1);
  const opening = { roundId: next, cap: 1, deadlineMs: timestampMs(2 ** 41), ...chain.seed(next) };
  journal.append({ type: "roundOpen", ...opening, players: [] });
  expect(journal.record.reported).toBeUndefined();
});

test("a round's players are lanes of the room, each once", async () => {
  const { test, journal, lane } = await roomWithLane();
  const roundId = roundIdOf(ROOM, 0);
  const opening = {
    roundId,
    cap: 1,
    deadlineMs: timestampMs(2 ** 41),
    ...test.chain.seed(roundId),
  };
  for (const players of [[lane + 1], [lane, lane]]) {
    expect(() => journal.append({ type: "roundOpen", ...opening, players })).toThrow(
      expect.objectContaining({ code: "LANE_UNKNOWN" }),
    );
  }
});
