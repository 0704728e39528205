import { bytes, decodeFromBytes, encodeToBytes, fail, record, text, uint } from "./codec.ts";
import { MAX_FRAME_BYTES, MAX_NAME_BYTES } from "./limits.ts";
import { openRlp } from "./rlp.ts";
import type { RlpReader } from "./rlpReader.ts";
import { decodeName } from "./utf8.ts";
import { decodeValue, encodeValue, readWholeValue, type Value } from "./value.ts";

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

/** What a frame is, and what is wrong with bytes that are none. */
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
  return readFrame(openRlp(encoded, MAX_FRAME_BYTES)) ?? decodeByCodec(encoded);
}

function decodeByCodec(encoded: Uint8Array): Frame {
  const frame = decodeFromBytes(frameCodec, encoded, "frame", MAX_FRAME_BYTES);
  return { ...frame, input: decodeValue(frame.input) };
}

/**
 * Every action of every player is read here, on the thread that serves rooms: in one pass, without items, fields and paths
 * in between. What isn't as it should be is left to the codec, which says what is wrong with it.
 */
function readFrame(reader: RlpReader): Frame | undefined {
  reader.next();
  if (!reader.isList) return undefined;
  const outer = reader.enter();
  if (!reader.nextString()) return undefined;
  const seq = reader.uint32();
  if (seq === undefined || !reader.nextString()) return undefined;
  const { from: actionFrom, to: actionTo } = reader;
  if (!reader.nextString()) return undefined;
  const { from: inputFrom, to: inputTo } = reader;
  if (reader.hasMore || actionTo - actionFrom > MAX_NAME_BYTES) return undefined;
  reader.leave(outer);
  reader.finish();
  const action = readAction(reader.bytes, actionFrom, actionTo);
  if (action === undefined) return undefined;
  reader.within(inputFrom, inputTo);
  return { seq, action, input: readWholeValue(reader) };
}

function readAction(bytes: Uint8Array, from: number, to: number): string | undefined {
  try {
    return decodeName(bytes, from, to);
  } catch {
    return undefined;
  }
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
  return reader.uint32() ?? frameNumber.decode(reader.copy(), "frame.seq");
}
