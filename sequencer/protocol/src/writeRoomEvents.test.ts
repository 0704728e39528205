import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimestampMs } from "./brand.ts";
import { address, type Codec, encodeToBytes, list, record, uint, variant } from "./codec.ts";
import { encodeFastTransaction, encodeRoomRuns, type RoomEvents } from "./fastTransaction.ts";
import { MAX_FRAME_BYTES, MAX_LANES, MAX_ROOM_EVENTS } from "./limits.ts";
import { type RoomEvent, roomEventCodec } from "./roomEvent.ts";
import { anyHex, anyRoomEvent, outcomeOf } from "./testArbitraries.ts";

/** What a run of events is, said by codecs alone. */
const runCodec = variant({
  roomEvents: {
    tag: 5,
    codec: record<RoomEvents>({
      room: address,
      firstIndex: uint(),
      events: list(roomEventCodec as Codec<RoomEvent>, MAX_ROOM_EVENTS),
    }),
  },
});

function encodeByCodec(run: RoomEvents): Uint8Array {
  const payload = encodeToBytes(runCodec, { type: "roomEvents", ...run }, "transaction");
  return Uint8Array.of(0x57, ...payload);
}

const uints = fc.oneof(fc.nat({ max: 300 }), fc.maxSafeNat());
const anyNumber = fc.oneof(uints, fc.constantFrom(-1, 0.5, NaN, 2 ** 53, MAX_LANES, MAX_LANES - 1));
const someBytes = (length: number) =>
  fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(length, length + 1).map(zeros));
const zeros = (length: number) => new Uint8Array(length);
const anyText = fc.oneof(
  anyHex(32),
  fc.constantFrom("0x", `0x${"0".repeat(63)}g`, `1x${"0".repeat(64)}`, "0x00"),
) as fc.Arbitrary<`0x${string}`>;

/** Events of play with fields that may be right or wrong. */
const almostEvent: fc.Arbitrary<RoomEvent> = fc.oneof(
  fc.record({
    type: fc.constant("frame" as const),
    lane: anyNumber,
    frame: someBytes(MAX_FRAME_BYTES),
  }),
  fc.record({
    type: fc.constant("tick" as const),
    nowMs: anyNumber as fc.Arbitrary<number> as fc.Arbitrary<TimestampMs>,
  }),
  fc.record({
    type: fc.constant("seal" as const),
    ...{ lane: anyNumber, seq: anyNumber, signature: someBytes(64) },
  }),
  fc.record({ type: fc.constant("checkpoint" as const), stateHash: anyText }),
  fc.constant({ type: "unheard" } as unknown as RoomEvent),
);

const anyRun = (event: fc.Arbitrary<RoomEvent>, room = anyHex(20)) =>
  fc.record({ room, firstIndex: uints, events: fc.array(event, { maxLength: 12 }) });

test("a room's events have the bytes that the codecs give them", () => {
  fc.assert(
    fc.property(anyRun(anyRoomEvent), (run) => {
      expect(encodeFastTransaction({ type: "roomEvents", ...run })).toEqual(encodeByCodec(run));
    }),
    { numRuns: 1_000 },
  );
});

test("what the codecs refuse is refused as they say", () => {
  const anyRoom = fc.oneof(anyHex(20), anyHex(19), anyText);
  const run = anyRun(fc.oneof(almostEvent, anyRoomEvent), anyRoom);
  const almostRun = fc.tuple(run, anyNumber).map(([rest, firstIndex]) => ({ ...rest, firstIndex }));
  fc.assert(
    fc.property(fc.oneof(run, almostRun), (some) => {
      const written = outcomeOf(() => encodeFastTransaction({ type: "roomEvents", ...some }));
      expect(written).toEqual(outcomeOf(() => encodeByCodec(some)));
    }),
    { numRuns: 1_000 },
  );
});

test("runs that are encoded together are what they are each for itself", () => {
  const each = (runs: readonly RoomEvents[]) =>
    runs.map((run) => encodeFastTransaction({ type: "roomEvents", ...run }));
  const some = fc.oneof(anyRun(anyRoomEvent), anyRun(almostEvent));
  fc.assert(
    fc.property(fc.array(some, { maxLength: 6 }), (runs) => {
      expect(outcomeOf(() => encodeRoomRuns(runs))).toEqual(outcomeOf(() => each(runs)));
    }),
  );
});

test("a run has at most so many events", () => {
  const tick: RoomEvent = { type: "tick", nowMs: 1 as TimestampMs };
  const run = (count: number): RoomEvents => ({
    room: `0x${"11".repeat(20)}`,
    firstIndex: 0,
    events: new Array(count).fill(tick),
  });
  const encode = (count: number) => encodeFastTransaction({ type: "roomEvents", ...run(count) });
  expect(encode(MAX_ROOM_EVENTS)).toEqual(encodeByCodec(run(MAX_ROOM_EVENTS)));
  expect(() => encode(MAX_ROOM_EVENTS + 1)).toThrow(expect.objectContaining({ code: "TOO_LARGE" }));
});
