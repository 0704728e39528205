import {
  type Address,
  bytesToHex,
  type CreateRoom,
  decodeFrame,
  decodeValue,
  type Hash,
  type RoomEvent,
  sessionIdOf,
} from "@weft/protocol";
import type { RecordedRound, RecordedStep, StepEvent } from "@weft/testing";
import { CliError } from "../errors.ts";
import type { OpenedLedger } from "../openLedger.ts";
import { toJson } from "../output.ts";
import { fastTransactions, type Round } from "../rounds/listRounds.ts";

/**
 * A round's events out of a ledger, with all that came before them in its room. Of the states it has what the ledger
 * has: their hashes at checkpoints.
 * @throws LedgerError STORE_CORRUPT; CliError LEDGER_INCOMPLETE
 */
export function readRound(
  opened: OpenedLedger,
  { room, roundId, end }: Round,
  signal?: AbortSignal,
): RecordedRound {
  const payouts = new Map<Hash, Address>();
  const steps: RecordedStep[] = [];
  let created: CreateRoom | undefined;
  for (const { block, transaction } of fastTransactions(opened, signal)) {
    if (transaction.type === "openSession") {
      const { grant } = transaction;
      payouts.set(sessionIdOf(opened.fastChainId, grant), grant.payout);
    } else if (transaction.type === "createRoom" && transaction.room === room) {
      created = transaction;
    } else if (transaction.type === "roomEvents" && transaction.room === room) {
      const { height } = block.header;
      for (const [nth, event] of transaction.events.entries()) {
        steps.push({ ...toStep(event, payouts), index: transaction.firstIndex + nth, height });
      }
      if (end !== undefined && height >= end.height) break;
    }
  }
  if (created === undefined) throw incomplete(`room ${room} is never created`);
  const { game: name, gameHash: hash, seed } = created;
  const wanted = steps.filter(({ index }) => index <= (end?.lastEvent ?? Infinity));
  return { format: "weft-round-1", game: { name, hash }, room, seed, roundId, steps: wanted };
}

function toStep(
  event: RoomEvent,
  payouts: ReadonlyMap<Hash, Address>,
): Pick<RecordedStep, "event" | "stateHash"> {
  if (event.type === "checkpoint") {
    return { event: { type: "checkpoint" }, stateHash: event.stateHash };
  }
  return { event: toStepEvent(event, payouts) };
}

function toStepEvent(
  event: Exclude<RoomEvent, { type: "checkpoint" }>,
  payouts: ReadonlyMap<Hash, Address>,
): StepEvent {
  switch (event.type) {
    case "join": {
      const { type, lane, sessionId } = event;
      const payout = payouts.get(sessionId);
      if (payout === undefined) throw incomplete(`session ${sessionId} is never opened`);
      return { type, lane, sessionId, payout };
    }
    case "frame": {
      const { action, input } = decodeFrame(event.frame);
      const { type, lane } = event;
      return { type, lane, frame: bytesToHex(event.frame), action, input: toShown(input) };
    }
    case "report": {
      const { roundId, results, mints } = event.report;
      const shownResults = toShown(decodeValue(results));
      return {
        type: "report",
        roundId,
        results: bytesToHex(results),
        mints: [...mints],
        shownResults,
      };
    }
    case "roundOpen": {
      const { type, roundId, cap, deadlineMs, seed } = event;
      return { type, roundId, cap, deadlineMs, seed };
    }
    case "seal":
      return { type: "seal", lane: event.lane, seq: event.seq };
    case "rejoin":
      return { type: "rejoin", lane: event.lane };
    case "leave":
    case "tick":
    case "roundEnd":
    case "roundVoid":
      return event;
    case "close":
      return { type: "close" };
  }
}

/** For people, in JSON: bigints as decimal text, bytes in hexadecimal. */
function toShown(value: unknown): unknown {
  return JSON.parse(toJson(value));
}

function incomplete(problem: string): CliError {
  return new CliError("LEDGER_INCOMPLETE", `the ledger can't be replayed: ${problem}`);
}
