import { RLP } from "@ethereumjs/rlp";
import fc from "fast-check";
import { expect, test } from "vitest";
import { compareBytes } from "./bytes.ts";
import { bigintToBytes } from "./codec.ts";
import { concatBytes, utf8ToBytes } from "./hash.ts";
import type { RlpItem } from "./rlp.ts";
import { anyValue } from "./testArbitraries.ts";
import { decodeValue, encodeValue, type Value } from "./value.ts";

/** What a value's encoding is, said as plainly as can be: as items, of which EthereumJS makes the bytes. */
function itemOf(value: Value): RlpItem {
  if (value === null) return Uint8Array.of(0);
  if (typeof value === "boolean") return Uint8Array.of(value ? 2 : 1);
  if (typeof value === "bigint")
    return value < 0n ? tagged(7, bigintToBytes(-1n - value)) : tagged(6, bigintToBytes(value));
  if (typeof value === "string") return tagged(8, utf8ToBytes(value));
  if (typeof value === "number") {
    if (Number.isSafeInteger(value) && !Object.is(value, -0))
      return value < 0
        ? tagged(4, bigintToBytes(BigInt(-1 - value)))
        : tagged(3, bigintToBytes(BigInt(value)));
    const float = new DataView(new ArrayBuffer(8));
    float.setFloat64(0, value);
    return tagged(5, new Uint8Array(float.buffer));
  }
  if (value instanceof Uint8Array) return tagged(9, value);
  if (Array.isArray(value)) return [Uint8Array.of(10), ...value.map(itemOf)];
  const fields = Object.entries(value as { [key: string]: Value })
    .map(([key, field]) => [utf8ToBytes(key), itemOf(field)] as const)
    .sort(([a], [b]) => compareBytes(a, b));
  return [Uint8Array.of(11), ...fields.flat()];
}

const tagged = (tag: number, body: Uint8Array) => concatBytes(Uint8Array.of(tag), body);

test("a value's bytes are those of its items", () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      expect(encodeValue(value)).toEqual(RLP.encode(itemOf(value)));
    }),
  );
});

test("keys are ordered as their UTF-8 bytes are, where UTF-16 has another order too", () => {
  const unit = fc.constantFrom("a", "b", "\u0080", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "😀");
  const fields = (keys: { minKeys?: number; maxKeys: number }) =>
    fc.dictionary(fc.string({ unit, maxLength: 4 }), fc.constant(1), keys);
  fc.assert(
    fc.property(fc.oneof(fields({ maxKeys: 8 }), fields({ minKeys: 12, maxKeys: 24 })), (value) => {
      const encoded = encodeValue(value);
      expect(encoded).toEqual(RLP.encode(itemOf(value)));
      expect(decodeValue(encoded)).toEqual(value);
    }),
  );
});

test("bytes that were changed decode to what encodes to them, or are refused with a code", () => {
  fc.assert(
    fc.property(anyValue, fc.nat(), fc.nat({ max: 255 }), (value, at, to) => {
      const bytes = encodeValue(value);
      bytes[at % bytes.length] = to;
      let decoded: Value;
      try {
        decoded = decodeValue(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/RLP_MALFORMED|FIELD_INVALID/) });
        return;
      }
      expect(encodeValue(decoded)).toEqual(bytes);
    }),
    { numRuns: 500 },
  );
});

test("a key of any name is an own property", () => {
  const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}');
  const decoded = decodeValue(encodeValue(value));
  expect(Object.keys(decoded as object).sort()).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(decoded)).toBe(Object.prototype);
});

test("a value is encoded while another is", () => {
  const inner = { a: 1 };
  const outer = {
    get b() {
      return encodeValue(inner);
    },
    c: "x",
  };
  expect(encodeValue(outer)).toEqual(encodeValue({ b: encodeValue(inner), c: "x" }));
});
