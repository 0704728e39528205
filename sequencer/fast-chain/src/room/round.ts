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
import type {
  Lane,
  LaneSeal,
  ReportDraft,
  RoomRecord,
  Round,
  RoundEnd,
  SealClaim,
  SealTask,
} from "../types.ts";
import { checkSeed } from "./applyCreateRoom.ts";
import { knownVerdict, sealHolds } from "./sealClaim.ts";

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

/** The seals that can make a lane's frames of the ended round count, in the order in which they are looked at. */
function claimsOf(record: RoomRecord, { heads, sealed }: RoundEnd, lane: number): SealTask[] {
  const { sessionKey: key, sealed: newest } = record.lanes[lane] as Lane;
  const [atEnd, before] = [heads[lane] as LaneHead, sealed[lane] as SealClaim];
  if (atEnd.seq === 0) return [];
  const claims = newest.seq >= atEnd.seq && newest !== before ? [newest, before] : [before];
  return claims.flatMap((claim) => (claim.seq > 0 ? [{ key, claim }] : []));
}

/**
 * What counts of a lane: up to the round's end where a seal covers that by now, and else up to its newest seal before the
 * end, as long as the signature holds. Unsealed frames never count. Undefined when nothing does.
 */
function countedHead(record: RoomRecord, end: RoundEnd, lane: number): LaneHead | undefined {
  const atEnd = end.heads[lane] as LaneHead;
  const holding = claimsOf(record, end, lane).find(sealHolds)?.claim;
  if (holding === undefined) return undefined;
  return holding.seq >= atEnd.seq ? atEnd : { seq: holding.seq, hash: holding.hash };
}

const countedHeads = (record: RoomRecord, end: RoundEnd) =>
  end.heads.map((_, lane) => countedHead(record, end, lane));

/** Lanes whose every frame of the ended round is sealed by now; also those without any. */
export function fullySealedLanes(record: RoomRecord): number[] {
  const end = record.round?.end;
  return (end?.heads ?? []).flatMap((atEnd, lane) => {
    const counted = end && countedHead(record, end, lane)?.seq;
    return atEnd.seq === 0 || counted === atEnd.seq ? [lane] : [];
  });
}

/** The seals that `draftReport` would have to verify, first of all. More may follow from one that turns out not to hold. */
export function unverifiedSeals(record: RoomRecord): LaneSeal[] {
  const end = record.round?.end;
  return (end?.heads ?? []).flatMap((_, lane) => {
    const claims = end === undefined ? [] : claimsOf(record, end, lane);
    const decisive = claims.find(({ claim }) => knownVerdict(claim) !== false);
    if (decisive === undefined || knownVerdict(decisive.claim) === true) return [];
    return [{ lane, ...decisive }];
  });
}

/**
 * The lanes that a report's root is over, in its order: those with anything that counts.
 * @throws FastChainError ROUND_NOT_OPEN, ROUND_NOT_ENDED
 */
export function reportedLanes(record: RoomRecord): SealedLane[] {
  return countedHeads(record, endedRound(record).end).flatMap((head, lane) => {
    const sessionId = record.lanes[lane]?.sessionId;
    return head !== undefined && sessionId !== undefined ? [{ sessionId, head }] : [];
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
    (sum, head, lane) => sum + Math.max(0, (head?.seq ?? 0) - (base[lane] ?? 0)),
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
