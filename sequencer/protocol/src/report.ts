import type { LedgerHeight } from "./brand.ts";
import { type Address, type Hash, hexToBytes } from "./bytes.ts";
import {
  address,
  bytes,
  type Codec,
  encodeToBytes,
  hash,
  list,
  record,
  text,
  uint,
} from "./codec.ts";
import { keccak256, merkleRoot } from "./hash.ts";
import type { LaneHead } from "./lane.ts";
import { MAX_MINTS, MAX_RESULTS_BYTES } from "./limits.ts";

/** Names of items fit Solidity's bytes32 with a byte to spare. */
export const MAX_ITEM_BYTES = 31;

export type Mint = { readonly to: Address; readonly item: string };

/** What a room says of a finished round, on the fast chain and to the ZK chain's RoundReports. */
export type RoundReport = {
  readonly roundId: Hash;
  readonly room: Address;
  /** Height of the block that opened the round. */
  readonly fromHeight: LedgerHeight;
  /** Height of the block that ended it. */
  readonly toHeight: LedgerHeight;
  /** The round's sealed frames, over all lanes. */
  readonly actions: number;
  /** See `actionsRoot`. */
  readonly actionsRoot: Hash;
  /** Canonical value: what the game says of the round. */
  readonly results: Uint8Array;
  readonly mints: readonly Mint[];
};

const mintCodec: Codec<Mint> = record<Mint>({ to: address, item: text(MAX_ITEM_BYTES) });

export const reportCodec: Codec<RoundReport> = record<RoundReport>({
  roundId: hash,
  room: address,
  fromHeight: uint(),
  toHeight: uint(),
  actions: uint(),
  actionsRoot: hash,
  results: bytes(MAX_RESULTS_BYTES),
  mints: list(mintCodec, MAX_MINTS),
});

/** keccak256 of the report's canonical encoding. */
export function hashReport(report: RoundReport): Hash {
  return keccak256(encodeToBytes(reportCodec, report, "report"));
}

export type SealedLane = { readonly sessionId: Hash; readonly head: LaneHead };

const laneFields = record<{ sessionId: Hash; seq: number; laneHash: Hash }>({
  sessionId: hash,
  seq: uint(),
  laneHash: hash,
});

export const sealedLaneCodec: Codec<SealedLane> = {
  encode: ({ sessionId, head }, path) =>
    laneFields.encode({ sessionId, seq: head.seq, laneHash: head.hash }, path),
  decode(item, path) {
    const { sessionId, seq, laneHash } = laneFields.decode(item, path);
    return { sessionId, head: { seq, hash: laneHash } };
  },
};

/**
 * Merkle root over the newest sealed heads at the round's end, of the lanes with any, in the order in
 * which the lanes were opened.
 */
export function actionsRoot(lanes: readonly SealedLane[]): Hash {
  return merkleRoot(lanes.map((lane) => encodeToBytes(sealedLaneCodec, lane, "lane")));
}

const roundIdCodec = record<{ room: Address; index: number }>({ room: address, index: uint() });

/** Id of a room's round; `index` counts the room's rounds from 0. */
export function roundIdOf(room: Address, index: number): Hash {
  return keccak256(encodeToBytes(roundIdCodec, { room, index }, "round"));
}

/** Seed of a program's randomness: nobody knows it before the block at the seed height is ordered. */
export function seedOf(blockHash: Hash, subject: Hash | Address): Hash {
  const blockBytes = hexToBytes(blockHash);
  const subjectBytes = hexToBytes(subject);
  const joined = new Uint8Array(blockBytes.length + subjectBytes.length);
  joined.set(blockBytes);
  joined.set(subjectBytes, blockBytes.length);
  return keccak256(joined);
}
