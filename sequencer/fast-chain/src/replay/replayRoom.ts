import {
  type Address,
  assert,
  bytesEqual,
  type CreateRoom,
  decodeFrame,
  type Hash,
  type Mint,
  type RoomEvent,
  type RoundReport,
} from "@weft/protocol";
import { FastChainError, refuse } from "../errors.ts";
import type { RoomProgram, RoomRecord } from "../types.ts";

/** Gives the program that a room ran; undefined for a game that isn't known here. */
export type ProgramSource = (room: CreateRoom) => RoomProgram | undefined;

/**
 * Runs a room's game over an event that the chain has just applied, and holds what the host said of
 * the game, its state and its reports, against it.
 * @throws FastChainError ROOM_STATE_MISMATCH, ROOM_REPORT_MISMATCH
 */
export function replayRoomEvent(program: RoomProgram, record: RoomRecord, event: RoomEvent): void {
  switch (event.type) {
    case "join":
      replayJoin(program, record, event.lane);
      break;
    case "leave":
      program.leave(event.lane, event.reason);
      break;
    case "frame":
      program.frame(event.lane, decodeFrame(event.frame));
      break;
    case "tick":
      program.tick(event.nowMs);
      break;
    case "checkpoint":
      checkState(program, record, event.stateHash);
      break;
    case "roundOpen": {
      const { roundId, cap, deadlineMs, seed } = event;
      program.roundOpen({ roundId, cap, deadlineMs, seed });
      break;
    }
    case "report":
      checkReport(program, event.report);
      program.roundClose();
      break;
    case "roundVoid":
      program.roundClose();
      break;
    case "rejoin":
    case "seal":
    case "roundEnd":
    case "close":
      break;
  }
}

function replayJoin(program: RoomProgram, record: RoomRecord, number: number): void {
  const lane = record.lanes[number];
  assert(lane !== undefined, "a lane that was just joined exists");
  program.join({ lane: number, sessionId: lane.sessionId, payout: lane.payout });
}

function checkState(program: RoomProgram, { room, events }: RoomRecord, claimed: Hash): void {
  const actual = program.stateHash();
  if (actual !== claimed) {
    refuse("ROOM_STATE_MISMATCH", `room ${room}: the game's state differs at event ${events - 1}`, {
      room,
      event: events - 1,
      claimed,
      actual,
    });
  }
}

function checkReport(program: RoomProgram, report: RoundReport): void {
  const { room, roundId } = report;
  const actual = reportOf(program, report);
  const sameMints =
    actual.mints.length === report.mints.length &&
    actual.mints.every(({ to, item }, index) => isMint(report.mints[index], to, item));
  if (!sameMints || !bytesEqual(actual.results, report.results)) {
    refuse("ROOM_REPORT_MISMATCH", `room ${room}: the game reports round ${roundId} otherwise`, {
      room,
      roundId,
    });
  }
}

const isMint = (mint: Mint | undefined, to: Address, item: string) =>
  mint?.to === to && mint.item === item;

function reportOf(program: RoomProgram, { room, roundId }: RoundReport) {
  try {
    return program.report();
  } catch (cause) {
    throw new FastChainError(
      "ROOM_REPORT_MISMATCH",
      `room ${room}: the game has no report for round ${roundId}`,
      { details: { room, roundId }, cause },
    );
  }
}
