import type { LedgerHeight, TimestampMs } from "./brand.ts";
import type { Hash } from "./bytes.ts";
import {
  bytes,
  type Codec,
  type CodecType,
  fail,
  hash,
  list,
  record,
  text,
  uint,
  variant,
} from "./codec.ts";
import { MAX_FRAME_BYTES, MAX_LANES, MAX_NAME_BYTES, MAX_ROUND_PLAYERS } from "./limits.ts";
import { type RoundReport, reportCodec } from "./report.ts";

const lane = uint(MAX_LANES - 1);

export const leaveReasons = ["left", "disconnected", "unsealed", "replaced", "expired"] as const;
/** Why a player's lane ended. `unsealed`: its frames went without a seal for too long. */
export type LeaveReason = (typeof leaveReasons)[number];

const leaveReason: Codec<LeaveReason> = {
  encode: (value, path) => text(MAX_NAME_BYTES).encode(value, path),
  decode(item, path) {
    const value = text(MAX_NAME_BYTES).decode(item, path);
    const known = leaveReasons.find((reason) => reason === value);
    return known ?? fail("FIELD_INVALID", path, "no such reason");
  },
};

/** A session enters the room; its lane's number is the count of lanes so far. */
export type JoinEvent = {
  readonly lane: number;
  readonly sessionId: Hash;
  readonly issuedAtMs: TimestampMs;
  /** P-256 signature of the join ticket by the session key, r ‖ s. */
  readonly signature: Uint8Array;
};
/**
 * A player whose connection was lost comes back to a lane that goes on, with a new ticket of its session. In the
 * log so that the ticket is good once.
 */
export type RejoinEvent = {
  readonly lane: number;
  readonly issuedAtMs: TimestampMs;
  /** P-256 signature of the join ticket by the session key, r ‖ s. */
  readonly signature: Uint8Array;
};
export type LeaveEvent = { readonly lane: number; readonly reason: LeaveReason };
/** The lane's next frame; its number follows from the lane. */
export type FrameEvent = { readonly lane: number; readonly frame: Uint8Array };
/** Time passes in the room: the game's tick runs, and `nowMs` is its clock from here on. */
export type TickEvent = { readonly nowMs: TimestampMs };
/** The lane's frames up to `seq` are signed. */
export type SealEvent = {
  readonly lane: number;
  readonly seq: number;
  readonly signature: Uint8Array;
};
/** sha256 of the canonical encoding of the game's state at this point. */
export type CheckpointEvent = { readonly stateHash: Hash };
/** A round begins. It was registered on the ZK chain with this cap. */
export type RoundOpenEvent = {
  readonly roundId: Hash;
  readonly cap: number;
  readonly deadlineMs: TimestampMs;
  readonly seedHeight: LedgerHeight;
  readonly seed: Hash;
  /** Lanes whose players can co-sign the round's report, ascending: they were registered on the ZK chain too. */
  readonly players: readonly number[];
};
/** The round's last tick has run: what came before counts, once it is sealed. */
export type RoundEndEvent = { readonly roundId: Hash };
export type ReportEvent = { readonly report: RoundReport };
/** A round ends without a report: `code` says why. */
export type RoundVoidEvent = { readonly roundId: Hash; readonly code: string };
export type CloseEvent = Record<never, never>;

/** What happens in a room, in the order in which its host applied it. */
export const roomEventCodec = variant({
  join: {
    tag: 1,
    codec: record<JoinEvent>({
      lane,
      sessionId: hash,
      issuedAtMs: uint(),
      signature: bytes(64),
    }),
  },
  leave: { tag: 2, codec: record<LeaveEvent>({ lane, reason: leaveReason }) },
  frame: { tag: 3, codec: record<FrameEvent>({ lane, frame: bytes(MAX_FRAME_BYTES) }) },
  tick: { tag: 4, codec: record<TickEvent>({ nowMs: uint() }) },
  seal: { tag: 5, codec: record<SealEvent>({ lane, seq: uint(), signature: bytes(64) }) },
  checkpoint: { tag: 6, codec: record<CheckpointEvent>({ stateHash: hash }) },
  roundOpen: {
    tag: 7,
    codec: record<RoundOpenEvent>({
      roundId: hash,
      cap: uint(2 ** 32 - 1),
      deadlineMs: uint(),
      seedHeight: uint(),
      seed: hash,
      players: list(lane, MAX_ROUND_PLAYERS),
    }),
  },
  report: { tag: 8, codec: record<ReportEvent>({ report: reportCodec }) },
  roundVoid: {
    tag: 9,
    codec: record<RoundVoidEvent>({ roundId: hash, code: text(MAX_NAME_BYTES) }),
  },
  roundEnd: { tag: 11, codec: record<RoundEndEvent>({ roundId: hash }) },
  rejoin: {
    tag: 12,
    codec: record<RejoinEvent>({ lane, issuedAtMs: uint(), signature: bytes(64) }),
  },
  close: { tag: 10, codec: record<CloseEvent>({}) },
});

export type RoomEvent = CodecType<typeof roomEventCodec>;
