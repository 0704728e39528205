import {
  actionsRoot,
  type Hash,
  type LaneHead,
  type ReportEvent,
  type RoundEndEvent,
  type RoundOpenEvent,
  roundIdOf,
  type SealedLane,
} from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { Transition } from "../transition.ts";
import type { ReportDraft, RoomRecord, Round, RoundEnd } from "../types.ts";
import { checkSeed } from "./applyCreateRoom.ts";

/** A round begins; its cap was registered on the ZK chain before. */
export function applyRoundOpen(
  transition: Transition,
  record: RoomRecord,
  event: RoundOpenEvent,
): RoomRecord {
  if (record.round !== undefined) refuse("ROUND_OPEN", `round ${record.round.roundId} is open`);
  const { roundId, cap, deadlineMs, players } = event;
  if (roundId !== roundIdOf(record.room, record.rounds)) {
    refuse("ROUND_NOT_OPEN", `${roundId} isn't the room's next round`);
  }
  checkSeed(transition, event, roundId);
  players.forEach((lane, index) => {
    if (lane >= record.lanes.length || lane <= (players[index - 1] ?? -1)) {
      refuse("LANE_UNKNOWN", "the round's players aren't lanes of the room, in order", { lane });
    }
  });
  const base = record.lanes.map((lane) => lane.head.seq);
  const round: Round = {
    roundId,
    cap,
    deadlineMs,
    openHeight: undefined,
    players,
    base,
    end: undefined,
  };
  return { ...record, rounds: record.rounds + 1, round, reported: undefined };
}

/** @throws FastChainError ROUND_NOT_OPEN unless that round is open. */
function openRound(record: RoomRecord, roundId: Hash): Round {
  if (record.round?.roundId !== roundId) {
    return refuse("ROUND_NOT_OPEN", `round ${roundId} isn't open`, { roundId });
  }
  return record.round;
}

/** Fixes what counts: frames up to here, each lane's once it is sealed. */
export function applyRoundEnd(record: RoomRecord, { roundId }: RoundEndEvent): RoomRecord {
  const round = openRound(record, roundId);
  if (round.end !== undefined) refuse("ROUND_ALREADY_ENDED", `round ${roundId} has ended`);
  const heads = record.lanes.map((lane) => lane.head);
  const sealed = record.lanes.map((lane) => lane.sealed);
  return { ...record, round: { ...round, end: { height: undefined, heads, sealed } } };
}

export function applyRoundVoid(record: RoomRecord, { roundId }: { roundId: Hash }): RoomRecord {
  openRound(record, roundId);
  return { ...record, round: undefined };
}

/** Whether every frame that the lane had at the round's end is sealed by now. */
function isFullySealed(record: RoomRecord, atEnd: LaneHead, lane: number): boolean {
  return (record.lanes[lane]?.sealed.seq ?? 0) >= atEnd.seq;
}

/** Lanes whose every frame of the ended round is sealed by now. */
export function fullySealedLanes(record: RoomRecord): number[] {
  const heads = record.round?.end?.heads ?? [];
  return heads.flatMap((head, lane) => (isFullySealed(record, head, lane) ? [lane] : []));
}

/**
 * What counts of each lane: up to the round's end where a seal covers that by now, and else up to its
 * newest seal before the end. Unsealed frames never count.
 */
function countedHeads(record: RoomRecord, { heads, sealed }: RoundEnd): LaneHead[] {
  return heads.map((head, lane) =>
    isFullySealed(record, head, lane) ? head : (sealed[lane] as LaneHead),
  );
}

/**
 * The lanes that a report's root is over, in its order: those with anything that counts.
 * @throws FastChainError ROUND_NOT_OPEN, ROUND_NOT_ENDED
 */
export function reportedLanes(record: RoomRecord): SealedLane[] {
  return countedHeads(record, endedRound(record).end).flatMap((head, lane) => {
    const sessionId = record.lanes[lane]?.sessionId;
    return head.seq > 0 && sessionId !== undefined ? [{ sessionId, head }] : [];
  });
}

/** @throws FastChainError ROUND_NOT_OPEN, ROUND_NOT_ENDED */
function endedRound(record: RoomRecord): Round & { readonly end: RoundEnd } {
  const { round } = record;
  if (round === undefined) return refuse("ROUND_NOT_OPEN", "the room has no round");
  const { roundId, end } = round;
  if (end === undefined) return refuse("ROUND_NOT_ENDED", "the round runs", { roundId });
  return { ...round, end };
}

/** What a report must say beside what the game says. */
export function draftReport(record: RoomRecord): ReportDraft {
  const { roundId, base, end, openHeight: fromHeight } = endedRound(record);
  const toHeight = end.height;
  if (fromHeight === undefined || toHeight === undefined) {
    return refuse("ROUND_NOT_ENDED", "the round's end isn't in a block yet", { roundId });
  }
  const actions = countedHeads(record, end).reduce(
    (sum, head, lane) => sum + Math.max(0, head.seq - (base[lane] ?? 0)),
    0,
  );
  const { room } = record;
  const root = actionsRoot(reportedLanes(record));
  return { roundId, room, fromHeight, toHeight, actions, actionsRoot: root };
}

/** The round is over. The report must be the one that follows from the lanes, and within the cap. */
export function applyReport(record: RoomRecord, { report }: ReportEvent): RoomRecord {
  const draft = draftReport(record);
  for (const key of Object.keys(draft) as (keyof ReportDraft)[]) {
    if (report[key] !== draft[key]) {
      refuse("REPORT_MISMATCH", `${key} is ${report[key]}, the lanes say ${draft[key]}`, { key });
    }
  }
  const cap = record.round?.cap ?? 0;
  if (report.mints.length > cap) {
    refuse("REPORT_OVER_CAP", `${report.mints.length} mints, the cap is ${cap}`, { cap });
  }
  const payouts = new Set(fullySealedLanes(record).map((lane) => record.lanes[lane]?.payout));
  for (const { to } of report.mints) {
    if (!payouts.has(to)) refuse("MINT_UNSEALED", `${to} has no sealed lane in the round`, { to });
  }
  const { roundId, players } = endedRound(record);
  const lanes = reportedLanes(record);
  return { ...record, round: undefined, reported: { roundId, height: undefined, players, lanes } };
}
