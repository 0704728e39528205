import { getMessageBytes, Protocol } from "@colyseus/core";
import { type FinalityMessage, ledgerHeight, Message } from "@weft/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeFinality } from "./encodeFinality.ts";

test("the bytes are those that Colyseus makes of the message", () => {
  const edges = [7, 8, 16, 32, 53].flatMap((bits) => [2 ** bits - 1, 2 ** bits]);
  const uint = fc.oneof(
    fc.constantFrom(...edges.filter(Number.isSafeInteger)),
    fc.maxSafeNat(),
    fc.nat({ max: 70_000 }),
  );
  fc.assert(
    fc.property(uint, uint, uint, uint, (applied, sequenced, height, sealed) => {
      const message: FinalityMessage = [applied, sequenced, ledgerHeight(height), sealed];
      const expected = getMessageBytes.raw(Protocol.ROOM_DATA, Message.finality, message);
      expect(Buffer.from(encodeFinality(message))).toEqual(expected);
    }),
  );
});
