import { getMessageBytes, Protocol } from "@colyseus/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { numbersEncoder } from "./encodeNumbers.ts";

test("the bytes are those that Colyseus makes of the message", () => {
  const edges = [7, 8, 16, 32, 53].flatMap((bits) => [2 ** bits - 1, 2 ** bits]);
  const value = fc.oneof(
    fc.constantFrom(null, ...edges.filter(Number.isSafeInteger)),
    fc.maxSafeNat(),
    fc.nat({ max: 70_000 }),
  );
  const name = fc.string({ minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(name, fc.array(value, { maxLength: 15 }), (type, numbers) => {
      const expected = getMessageBytes.raw(Protocol.ROOM_DATA, type, numbers);
      expect(Buffer.from(numbersEncoder(type)(numbers))).toEqual(expected);
    }),
  );
});
