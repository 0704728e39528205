import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, decodeFromBytes, record, text, uint } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { decodeFrame, encodeFrame, frameNumberOf } from "./frame.ts";
import { utf8ToBytes } from "./hash.ts";
import { MAX_FRAME_BYTES, MAX_NAME_BYTES } from "./limits.ts";
import { type RlpItem, rlpEncode } from "./rlp.ts";
import { anyValue, mutated, outcomeOf } from "./testArbitraries.ts";
import { decodeValue, encodeValue } from "./value.ts";

/** What a frame is, said by codecs alone. */
const frameCodec = record<{ seq: number; action: string; input: Uint8Array }>({
  seq: uint(2 ** 32 - 1),
  action: text(MAX_NAME_BYTES),
  input: bytes(MAX_FRAME_BYTES),
});

function decodeByCodec(encoded: Uint8Array) {
  const frame = decodeFromBytes(frameCodec, encoded, "frame", MAX_FRAME_BYTES);
  return { ...frame, input: decodeValue(frame.input) };
}

const anyNumber = fc.nat({ max: 2 ** 32 - 1 });
const anyFrame = fc.record({
  seq: fc.oneof(anyNumber, fc.nat({ max: 300 })),
  action: fc.string({ unit: "binary", maxLength: 12 }),
  input: anyValue,
});

/** The list that a frame is, with fields of any kind and number. */
const anyField: fc.Arbitrary<RlpItem> = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc.uint8Array({ minLength: MAX_NAME_BYTES - 1, maxLength: MAX_NAME_BYTES + 2 }),
  anyNumber.map((number) => Uint8Array.of(number & 255)),
  anyValue.map(encodeValue),
  fc.array(fc.uint8Array({ maxLength: 2 }), { maxLength: 2 }),
);
const almostFrame = fc.array(anyField, { minLength: 2, maxLength: 4 }).map(rlpEncode);

test("a frame, and bytes that are nearly one, decode as the codecs say, or are refused as they say", () => {
  const encoded = anyFrame.map((frame) => encodeSmall(frame));
  const some = fc.oneof(encoded, mutated(encoded), almostFrame, mutated(almostFrame));
  fc.assert(
    fc.property(some, (bytes) => {
      expect(outcomeOf(() => decodeFrame(bytes))).toEqual(outcomeOf(() => decodeByCodec(bytes)));
    }),
    { numRuns: 3_000 },
  );
});

/** Without its input where that is too large. */
function encodeSmall(frame: {
  seq: number;
  action: string;
  input: Parameters<typeof encodeValue>[0];
}) {
  const bytes = outcomeOf(() => encodeFrame(frame));
  if (bytes instanceof Uint8Array && bytes.length <= MAX_FRAME_BYTES) return bytes;
  return encodeFrame({ ...frame, input: null });
}

test("names that share a place among the known ones don't pass for each other", () => {
  // More of them than are kept, twice, so that each finds its place taken.
  for (let i = 0; i < 6_000; i++) {
    const action = `a${i % 3_000}`;
    const frame = { seq: i, action, input: { [action]: i, [`é${i % 3_000}`]: true } };
    expect(decodeFrame(encodeFrame(frame))).toEqual(frame);
  }
});

test("bytes that are no UTF-8 are refused, even where a known name has the same characters", () => {
  const encode = (action: Uint8Array) => rlpEncode([Uint8Array.of(1), action, encodeValue(null)]);
  // Enough that some find the name of the same characters in the place where theirs would be.
  for (let i = 0; i < 4096; i++) {
    const name = String.fromCharCode(0x80 + (i & 0x7f), 0x80 + (i >> 7), 0x80);
    expect(decodeFrame(encode(utf8ToBytes(name))).action).toBe(name);
    const noUtf8 = Uint8Array.from(name, (char) => char.charCodeAt(0));
    if (isUtf8(noUtf8)) continue;
    expect(outcomeOf(() => decodeFrame(encode(noUtf8)))).toMatchObject({ code: "FIELD_INVALID" });
  }
});

test("a frame shares nothing with the bytes that it was read from", () => {
  const frame = { seq: 7, action: "say", input: { text: "hello", data: Uint8Array.of(1, 2, 3) } };
  const bytes = Buffer.from(encodeFrame(frame));
  const decoded = decodeFrame(bytes);
  bytes.fill(9);
  expect(decoded).toEqual(frame);
});

test("a frame's number is read without the rest of it", () => {
  fc.assert(
    fc.property(anyNumber, (seq) => {
      expect(frameNumberOf(encodeFrame({ seq, action: "move", input: { dx: 1 } }))).toBe(seq);
    }),
  );
  for (const bytes of [[], [0x01], [0xc0], [0xc1, 0xc0], [0xc2, 0x81, 0x01], [0xc1, 0x00]]) {
    expect(() => frameNumberOf(Uint8Array.from(bytes))).toThrow(ProtocolError);
  }
});

test("frames are bounded", () => {
  expect(() => encodeFrame({ seq: 1, action: "x".repeat(65), input: null })).toThrow(
    expect.objectContaining({ code: "TOO_LARGE" }),
  );
  expect(() => encodeFrame({ seq: 1, action: "x", input: "x".repeat(3000) })).toThrow(
    expect.objectContaining({ code: "TOO_LARGE" }),
  );
});
