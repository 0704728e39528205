import type { ChainId } from "./brand.ts";
import { type Address, type Hash, writeHex } from "./bytes.ts";
import { address, type Codec, encodeToBytes, hash, record, text, uint } from "./codec.ts";
import { sha256Hex } from "./hash.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";

/** How far a lane has come. */
export type LaneHead = {
  /** Frames so far. */
  readonly seq: number;
  /** sha256 chain over all of them. */
  readonly hash: Hash;
};

export type LaneOrigin = { chainId: ChainId; room: Address; lane: number; sessionId: Hash };

const originCodec: Codec<LaneOrigin & { domain: string }> = record({
  domain: text(32),
  chainId: uint(),
  room: address,
  lane: uint(),
  sessionId: hash,
});

/** The head of an empty lane. It names chain, room, lane and session, so no frame or seal fits another. */
export function startLane(origin: LaneOrigin): LaneHead {
  const start = encodeToBytes(originCodec, { domain: "weft lane", ...origin }, "lane");
  return { seq: 0, hash: sha256Hex(start) };
}

const HASH_BYTES = 32;
/** Where what is hashed is put together: of more than 64 bytes a new array costs half as much as the hash. */
const links = new Uint8Array(HASH_BYTES + MAX_FRAME_BYTES);

/** The head after one more frame. */
export function extendLane({ seq, hash }: LaneHead, frame: Uint8Array): LaneHead {
  return { seq: seq + 1, hash: extendLaneHash(hash, frame) };
}

/** The head's hash after one more frame: sha256(previous hash ‖ frame bytes). */
export function extendLaneHash(previous: Hash, frame: Uint8Array): Hash {
  const length = HASH_BYTES + frame.length;
  const link = length > links.length ? new Uint8Array(length) : links.subarray(0, length);
  writeHex(previous, link, HASH_BYTES);
  link.set(frame, HASH_BYTES);
  return sha256Hex(link);
}

const sealCodec = record<LaneHead & { domain: string }>({
  domain: text(32),
  seq: uint(),
  hash,
});

/** What a seal signs: the session key's signature over it owns every frame up to `head.seq`. */
export function sealMessage(head: LaneHead): Uint8Array {
  return encodeToBytes(sealCodec, { domain: "weft seal", ...head }, "seal");
}
