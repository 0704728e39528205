import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Block, decodeBlock, encodeBlock, hashHeader } from "./block.ts";
import { bytesEqual, bytesToHex } from "./bytes.ts";
import {
  decodeCoSignature,
  decodeCoSignRequest,
  encodeCoSignature,
  encodeCoSignRequest,
} from "./coSign.ts";
import { ProtocolError } from "./errors.ts";
import { decodeFastTransaction, encodeFastTransaction } from "./fastTransaction.ts";
import { decodeFrame, encodeFrame } from "./frame.ts";
import { rlpEncode } from "./rlp.ts";
import { decodeSeal, encodeSeal } from "./seal.ts";
import {
  anyCoSignRequest,
  anyFastTransaction,
  anyHex,
  anyValue,
  anyZkTransaction,
  mutated,
} from "./testArbitraries.ts";
import { decodeValue, encodeValue } from "./value.ts";
import { decodeZkTransaction, encodeZkTransaction } from "./zkTransaction.ts";

type AnyCodec = {
  name: string;
  any: fc.Arbitrary<unknown>;
  encode: (value: never) => Uint8Array;
  decode: (bytes: Uint8Array) => unknown;
};

const uint = fc.maxSafeNat();
const anyBlock = fc.record({
  header: fc.record({
    height: uint,
    parentHash: anyHex(32),
    chainId: uint,
    number: uint,
    chainParentHash: anyHex(32),
    timestampMs: uint,
    transactionsRoot: anyHex(32),
    stateRoot: anyHex(32),
    proposer: anyHex(20),
  }),
  transactions: fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 5 }),
});

const codecs: AnyCodec[] = [
  { name: "value", any: anyValue, encode: encodeValue, decode: decodeValue },
  {
    name: "fast transaction",
    any: anyFastTransaction,
    encode: encodeFastTransaction,
    decode: decodeFastTransaction,
  },
  {
    name: "ZK transaction",
    any: anyZkTransaction,
    encode: encodeZkTransaction,
    decode: decodeZkTransaction,
  },
  {
    name: "block",
    any: anyBlock,
    encode: encodeBlock,
    decode(bytes) {
      const { header, transactions } = decodeBlock(bytes);
      return { header, transactions };
    },
  },
  {
    name: "frame",
    any: fc.record({ seq: fc.nat(), action: fc.string({ maxLength: 16 }), input: anyValue }),
    encode: encodeFrame,
    decode: decodeFrame,
  },
  {
    name: "seal",
    any: fc.record({
      seq: fc.nat(),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    }),
    encode: encodeSeal,
    decode: decodeSeal,
  },
  {
    name: "request to co-sign",
    any: anyCoSignRequest,
    encode: encodeCoSignRequest,
    decode: decodeCoSignRequest,
  },
  {
    name: "co-signature",
    any: fc.record({
      roundId: anyHex(32),
      signature: fc.uint8Array({ minLength: 64, maxLength: 64 }),
    }),
    encode: encodeCoSignature,
    decode: decodeCoSignature,
  },
];

describe.each(codecs)("$name", ({ any, encode, decode }) => {
  const encoded = any.map((value) => encode(value as never)).filter((bytes) => bytes.length < 2048);

  test("round trip", () => {
    fc.assert(
      fc.property(any, (value) => {
        const bytes = encode(value as never);
        if (bytes.length < 2048) expect(decode(bytes)).toEqual(value);
      }),
    );
  });

  test("no second encoding: whatever decodes, encodes to the same bytes", () => {
    fc.assert(
      fc.property(fc.oneof(mutated(encoded), mutated(mutated(encoded))), (bytes) => {
        const value = decodedOrRefused(decode, bytes);
        if (value !== undefined) {
          expect(bytesToHex(encode(value.decoded as never))).toBe(bytesToHex(bytes));
        }
      }),
      { numRuns: 500 },
    );
  });

  test("random bytes are refused with a code, or mean something", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        decodedOrRefused(decode, bytes);
      }),
      { numRuns: 500 },
    );
  });
});

/** Anything but a ProtocolError fails the test. */
function decodedOrRefused(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array) {
  try {
    return { decoded: decode(bytes) };
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError);
    return undefined;
  }
}

test("two different values never share an encoding", () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      const same = bytesEqual(encodeValue(a), encodeValue(b));
      if (same) expect(a).toEqual(b);
    }),
  );
});

test("the order of an object's keys and undefined entries don't matter", () => {
  const a = encodeValue({ x: 1, y: [true, { q: "z" }] });
  const b = encodeValue({ y: [true, { q: "z" }], gone: undefined, x: 1 });
  expect(bytesToHex(a)).toBe(bytesToHex(b));
});

test.each([
  ["a function", () => 1],
  ["a symbol", Symbol("x")],
  ["undefined", undefined],
  ["a Map", new Map()],
  ["a lone surrogate", "\ud800"],
])("%s has no encoding", (_, value) => {
  expect(() => encodeValue(value as never)).toThrow(
    expect.objectContaining({ code: "VALUE_UNENCODABLE" }),
  );
});

test("a cycle is refused, not followed", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  expect(() => encodeValue(cycle as never)).toThrow(
    expect.objectContaining({ code: "VALUE_UNENCODABLE" }),
  );
});

test("deep nesting is refused with a code", () => {
  const nested = new Uint8Array(4000).fill(0xc1);
  nested[nested.length - 1] = 0xc0;
  for (const decode of [decodeValue, decodeFrame, decodeBlock]) {
    expect(() => decode(nested)).toThrow(ProtocolError);
  }
  const enveloped = Uint8Array.of(0x57, ...nested);
  expect(() => decodeFastTransaction(enveloped)).toThrow(ProtocolError);
});

test("a whole number has no second form as a float", () => {
  const float = new Uint8Array(9);
  float[0] = 5;
  new DataView(float.buffer).setFloat64(1, 7);
  expect(() => decodeValue(rlpEncode(float))).toThrow(
    expect.objectContaining({ code: "FIELD_INVALID" }),
  );
});

test("any change to a header changes its hash", () => {
  fc.assert(
    fc.property(anyBlock, anyBlock, (a, b) => {
      const changed = Object.keys(a.header) as (keyof typeof a.header)[];
      for (const key of changed) {
        if (a.header[key] === b.header[key]) continue;
        const other = { ...a.header, [key]: b.header[key] } as Block["header"];
        expect(hashHeader(other)).not.toBe(hashHeader(a.header as Block["header"]));
      }
    }),
  );
});
