import fc from "fast-check";
import { expect, test } from "vitest";
import { bytes, decodeFromBytes, record, uint } from "./codec.ts";
import { type RlpItem, rlpEncode } from "./rlp.ts";
import { decodeSeal, encodeSeal } from "./seal.ts";
import { mutated, outcomeOf } from "./testArbitraries.ts";

/** What a seal is, said by codecs alone. */
const sealCodec = record<{ seq: number; signature: Uint8Array }>({
  seq: uint(2 ** 32 - 1),
  signature: bytes(64),
});

const anySeal = fc.record({
  seq: fc.nat({ max: 2 ** 32 - 1 }),
  signature: fc.uint8Array({ maxLength: 64 }),
});
const anyField: fc.Arbitrary<RlpItem> = fc.oneof(
  fc.uint8Array({ maxLength: 6 }),
  fc.uint8Array({ minLength: 60, maxLength: 130 }),
  fc.array(fc.uint8Array({ maxLength: 2 }), { maxLength: 2 }),
);
const almostSeal = fc.array(anyField, { minLength: 1, maxLength: 3 }).map(rlpEncode);

test("a seal, and bytes that are nearly one, decode as the codecs say, or are refused as they say", () => {
  const encoded = anySeal.map(encodeSeal);
  const some = fc.oneof(encoded, mutated(encoded), almostSeal, mutated(almostSeal));
  fc.assert(
    fc.property(some, (bytes) => {
      const expected = outcomeOf(() => decodeFromBytes(sealCodec, bytes, "seal", 128));
      expect(outcomeOf(() => decodeSeal(bytes))).toEqual(expected);
    }),
    { numRuns: 2_000 },
  );
});

test("a seal shares nothing with the bytes that it was read from", () => {
  const seal = { seq: 3, signature: new Uint8Array(64).fill(7) };
  const bytes = Buffer.from(encodeSeal(seal));
  const decoded = decodeSeal(bytes);
  bytes.fill(9);
  expect(decoded).toEqual(seal);
});
