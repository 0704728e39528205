import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesEqual } from "./bytes.ts";
import { type RlpItem, rlpDecode, rlpEncode } from "./rlp.ts";

/** EthereumJS's implementation is the measure. */

const anyString = fc.oneof(
  fc.uint8Array({ maxLength: 2 }),
  fc.uint8Array({ maxLength: 70 }),
  fc.constantFrom(255, 256, 65_535, 65_536).map((length) => new Uint8Array(length).fill(7)),
);
const anyItem: fc.Arbitrary<RlpItem> = fc.letrec<{ item: RlpItem }>((tie) => ({
  item: fc.oneof({ maxDepth: 5 }, anyString, fc.array(tie("item"), { maxLength: 6 })),
})).item;

const decoded = (decode: () => unknown) => {
  try {
    return decode();
  } catch {
    return "refused";
  }
};

describe("RLP", () => {
  test("has the bytes that everybody else's has, and comes back from them", () => {
    fc.assert(
      fc.property(anyItem, (item) => {
        const encoded = rlpEncode(item);
        expect(bytesEqual(encoded, RLP.encode(item))).toBe(true);
        expect(bytesEqual(RLP.encode(rlpDecode(encoded)), encoded)).toBe(true);
      }),
    );
  });

  test("of random bytes, and of encodings that were changed, is the same or refused alike", () => {
    const small = fc.oneof(
      anyItem.filter((item) => RLP.encode(item).length < 500).map((item) => RLP.encode(item)),
      fc.uint8Array({ minLength: 1, maxLength: 12 }),
    );
    const change = fc.record({ at: fc.nat(), to: fc.nat({ max: 255 }), cut: fc.nat({ max: 2 }) });
    fc.assert(
      fc.property(small, change, (bytes, { at, to, cut }) => {
        const changed = bytes.slice(0, Math.max(1, bytes.length - cut));
        changed[at % changed.length] = to;
        const expected = decoded(() => RLP.decode(changed));
        expect(decoded(() => rlpDecode(changed))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([0x00, 0x7f, 0x80, 0x81, 0x82, 0xb7, 0xb8, 0xbf, 0xc0, 0xc1, 0xc2, 0xf7, 0xf8, 0xff])(
    "whatever comes after a first byte of %i is the same or refused alike",
    (first) => {
      for (let second = 0; second < 256; second++) {
        const bytes = Uint8Array.of(first, second);
        expect(decoded(() => rlpDecode(bytes))).toEqual(decoded(() => RLP.decode(bytes)));
      }
    },
  );

  test.each([
    ["nothing", []],
    ["a length past the largest array", [0xbf, ...Array<number>(8).fill(0xff)]],
    ["a list in a list, a thousand deep", rlpOfNested(1_000)],
  ])("refuses %s", (_, bytes) => {
    expect(() => rlpDecode(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: "RLP_MALFORMED" }),
    );
  });

  test("shares nothing with the bytes that it was read from", () => {
    const bytes = Buffer.from(rlpEncode([Uint8Array.of(1), new Uint8Array(40)]));
    const item = rlpDecode(bytes);
    bytes.fill(9);
    expect(item).toEqual([Uint8Array.of(1), new Uint8Array(40)]);
  });
});

/** Lists whose lengths are right, so that only their number is wrong. */
function rlpOfNested(depth: number): number[] {
  let item: RlpItem = [];
  for (let i = 0; i < depth; i++) item = [item];
  return [...RLP.encode(item)];
}
