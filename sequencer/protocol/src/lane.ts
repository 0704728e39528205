import type { ChainId } from "./brand.ts";
import { type Address, type Hash, hexToBytes } from "./bytes.ts";
import {
  address,
  bytes,
  type Codec,
  decodeFromBytes,
  encodeToBytes,
  fail,
  hash,
  record,
  text,
  uint,
} from "./codec.ts";
import { sha256Hex } from "./hash.ts";
import { MAX_FRAME_BYTES, MAX_NAME_BYTES } from "./limits.ts";
import { openRlp } from "./rlp.ts";
import { decodeValue, encodeValue, type Value } from "./value.ts";

/** One numbered action of one player. */
export type Frame = {
  /** 1 for a lane's first frame, then without gaps. */
  readonly seq: number;
  /** Name of the action in the game's definition. */
  readonly action: string;
  readonly input: Value;
};

type EncodedFrame = { seq: number; action: string; input: Uint8Array };

const frameNumber = uint(2 ** 32 - 1);

const frameCodec = record<EncodedFrame>({
  seq: frameNumber,
  action: text(MAX_NAME_BYTES),
  input: bytes(MAX_FRAME_BYTES),
});

/** The frame's canonical bytes: what travels, what is hashed and what the ledger stores. */
export function encodeFrame({ seq, action, input }: Frame): Uint8Array {
  return encodeToBytes(frameCodec, { seq, action, input: encodeValue(input) }, "frame");
}

/** @throws ProtocolError for anything that isn't a frame, TOO_LARGE past `MAX_FRAME_BYTES`. */
export function decodeFrame(encoded: Uint8Array): Frame {
  const frame = decodeFromBytes(frameCodec, encoded, "frame", MAX_FRAME_BYTES);
  return { ...frame, input: decodeValue(frame.input) };
}

/**
 * A frame's number, of bytes that are known to be a frame: nothing else of them is looked at.
 * @throws ProtocolError when they can't be one
 */
export function frameNumberOf(encoded: Uint8Array): number {
  const reader = openRlp(encoded, MAX_FRAME_BYTES);
  reader.next();
  if (!reader.isList) fail("FIELD_INVALID", "frame", "bytes, not a list");
  reader.enter();
  reader.next();
  if (reader.isList) fail("FIELD_INVALID", "frame.seq", "a list, not bytes");
  return frameNumber.decode(reader.copy(), "frame.seq");
}

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

/** The head after one more frame: sha256(previous hash ‖ frame bytes). */
export function extendLane(head: LaneHead, frame: Uint8Array): LaneHead {
  const link = new Uint8Array(HASH_BYTES + frame.length);
  link.set(hexToBytes(head.hash));
  link.set(frame, HASH_BYTES);
  return { seq: head.seq + 1, hash: sha256Hex(link) };
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
