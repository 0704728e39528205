import type { Lane as LaneRecord, RoomRecord } from "@weft/fast-chain";
import type { Address } from "@weft/protocol";
import type { Lane, RoomDetails, RoomSummary } from "../answers.ts";
import type { Indexed } from "../ledgerIndex/ledgerIndex.ts";
import type { LaneEntry, RoomEntry } from "../ledgerIndex/roomEntry.ts";
import type { WeftContext } from "../weftContext.ts";
import { payoutOf } from "./payoutOf.ts";
import { roundPhase } from "./roundViews.ts";

/** A room as it is now, as its blocks say, or both: what is open is in the chain's state, what is closed isn't. */
export type KnownRoom = {
  readonly room: Address;
  readonly record: RoomRecord | undefined;
  readonly entry: RoomEntry | undefined;
};

/** Open rooms first, then the others, each with those that something happened in last first. */
export function knownRooms({ fastChain }: WeftContext, { entries }: Indexed): KnownRoom[] {
  const open = fastChain.rooms().map((record): KnownRoom => {
    return { room: record.room, record, entry: entries.rooms.get(record.room) };
  });
  const isOpen = new Set(open.map(({ room }) => room));
  const closed = entries.rooms
    .newestFirst()
    .filter(({ room }) => !isOpen.has(room))
    .map((entry): KnownRoom => ({ room: entry.room, record: undefined, entry }));
  const newest = ({ entry }: KnownRoom) => entry?.newestHeight ?? -1;
  const byNews = (left: KnownRoom, right: KnownRoom) => newest(right) - newest(left);
  return [...open.sort(byNews), ...closed.sort(byNews)];
}

export function roomSummary({ room, record, entry }: KnownRoom, { entries }: Indexed): RoomSummary {
  const { name, game, gameHash, seed, seedHeight } = record ?? entry?.created ?? {};
  const lanes = record?.lanes ?? [...(entry?.lanes.values() ?? [])];
  const newestRound = [...(entry?.rounds ?? [])]
    .map((id) => entries.rounds.get(id))
    .reduce((newest, round) => {
      return (round?.opened?.height ?? -1) > (newest?.opened?.height ?? -1) ? round : newest;
    }, undefined);
  return {
    room,
    name: name ?? null,
    game: game ?? null,
    gameHash: gameHash ?? null,
    seed: seed ?? null,
    seedHeight: seedHeight ?? null,
    isOpen: record !== undefined,
    createdHeight: entry?.created?.height ?? null,
    closedHeight: entry?.closedHeight ?? null,
    newestHeight: entry?.newestHeight ?? null,
    events: record?.events ?? entry?.events ?? 0,
    laneCount: lanes.length,
    players: record === undefined ? 0 : lanes.filter(({ left }) => left === undefined).length,
    rounds: record?.rounds ?? entry?.rounds.size ?? 0,
    ...(newestRound && {
      newestRound: { roundId: newestRound.roundId, phase: roundPhase(newestRound) },
    }),
  };
}

/** Everything about one room but its events. */
export function roomDetails(context: WeftContext, known: KnownRoom, indexed: Indexed): RoomDetails {
  const { record, entry } = known;
  const count = Math.max(
    record?.lanes.length ?? 0,
    ...[...(entry?.lanes.keys() ?? [])].map(plusOne),
  );
  const lanes = Array.from({ length: count }, (_, lane) =>
    laneDetails(context, indexed, lane, record?.lanes[lane], entry?.lanes.get(lane)),
  );
  return {
    ...roomSummary(known, indexed),
    lanes,
    roundIds: [...(entry?.rounds ?? [])],
    nowMs: record?.nowMs ?? entry?.nowMs ?? 0,
    stateHash: record?.stateHash ?? null,
    fromHeight: indexed.fromHeight,
  };
}

const plusOne = (lane: number) => lane + 1;

function laneDetails(
  context: WeftContext,
  { entries }: Indexed,
  number: number,
  lane: LaneRecord | undefined,
  entry: LaneEntry | undefined,
): Lane {
  const sessionId = lane?.sessionId ?? entry?.sessionId;
  return {
    lane: number,
    sessionId: sessionId ?? null,
    payout: lane?.payout ?? (sessionId && payoutOf(context, entries, sessionId)) ?? null,
    joinedHeight: entry?.joinedHeight ?? null,
    frames: lane?.head.seq ?? entry?.frames ?? 0,
    headHash: lane?.head.hash ?? null,
    sealedFrames: lane?.sealed.seq ?? entry?.sealedSeq ?? 0,
    /** How many seals, where they are counted. */
    seals: entry?.seals ?? null,
    left: lane?.left ?? entry?.left?.reason ?? null,
    leftHeight: entry?.left?.height ?? null,
  };
}
