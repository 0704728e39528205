import type { LeaveEvent } from "@weft/protocol";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { HeldSeals } from "../../test/heldSeals.ts";
import { type RuntimeRoomOptions, TestChain, type TestSession } from "../../test/runtimeRoom.ts";
import { MAX_BAD_MESSAGES, SAMPLED_SEALS } from "../limits.ts";

let chain: TestChain;
let sessions: readonly [TestSession, TestSession];
let held: HeldSeals;

beforeAll(async () => {
  chain = new TestChain();
  sessions = [await chain.login(), await chain.login()];
});

beforeEach(() => {
  held = new HeldSeals();
});

/** A room with two players on lanes 0 and 1, whose joins are left out of the log. */
function createRoom(options: RuntimeRoomOptions = {}) {
  const room = chain.createRoom({ sealVerifier: held, ...options });
  const [one, other] = [room.join(sessions[0]), room.join(sessions[1])];
  room.events.length = 0;
  const left = () =>
    room.events.flatMap((event) => (event.type === "leave" ? [event as LeaveEvent] : []));
  return { room, one, other, left };
}

const codes = ({ refusals }: { readonly refusals: readonly { readonly code: string }[] }) =>
  refusals.map(({ code }) => code);

test("a seal is in the log at once, in its place, and nothing waits for its verification", () => {
  const { room, one, other } = createRoom();
  one.act();
  one.seal();
  one.act();
  one.seal();
  other.act();
  const log = ["frame 0:1", "seal 0:1", "frame 0:2", "seal 0:2", "frame 1:1"];
  expect(room.log()).toEqual(log);
  expect(one.seat).toMatchObject({ sealedSeq: 2, seq: 2 });
  expect(held.waiting).toBe(1);
  held.answerAll();
  expect(room.log()).toEqual(log);
  expect(codes(one)).toEqual([]);
});

test("the first seal is verified, and whoever sent a false one loses the place", () => {
  const { room, one, other, left } = createRoom();
  one.act();
  one.wrongSeal();
  other.act();
  other.seal();
  held.answerAll();
  expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  expect(left()).toMatchObject([{ lane: 0, reason: "unsealed" }]);
  expect([...room.runtime.seats.keys()]).toEqual([1]);
  expect(codes(other)).toEqual([]);
});

test("as long as the thread takes none, or loses what it took, the next one is the first", () => {
  const { one } = createRoom();
  const seal = () => {
    one.act();
    one.seal();
    return held.asked.length;
  };
  held.takes = false;
  expect(seal()).toBe(0);
  held.takes = true;
  expect(seal()).toBe(1);
  expect(seal()).toBe(1);
  held.lose();
  expect(seal()).toBe(2);
  held.answerAll();
  expect(seal()).toBe(2);
  expect(codes(one)).toEqual([]);
});

test("of those after it, one in so many is verified, by lot: the lot falls on a false one, too", () => {
  const draws = Array.from({ length: 40 }, (_, i) => ((i * 7) % 40) / 40);
  let drawn = 0;
  const { one, left } = createRoom({ random: () => draws[drawn++ % draws.length] ?? 0 });
  for (let i = 0; i <= draws.length; i++) {
    one.act();
    one.seal();
    chain.nowMs += 1000;
  }
  expect(held.asked).toHaveLength(1 + draws.length * SAMPLED_SEALS);
  held.answerAll();
  expect(codes(one)).toEqual([]);
  while (!one.seat.gone) {
    one.act();
    one.wrongSeal();
    held.answerAll();
    chain.nowMs += 1000;
  }
  expect(drawn).toBeLessThanOrEqual(2 * draws.length);
  expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  expect(left()).toMatchObject([{ lane: 0, reason: "unsealed" }]);
});

test("who isn't drawn keeps the place, and nothing but the report finds out", () => {
  const { one } = createRoom();
  one.act();
  one.seal();
  one.act();
  one.wrongSeal();
  held.answerAll();
  expect(one.seat).toMatchObject({ gone: false, sealedSeq: 2 });
});

test("an answer that comes when the player is gone does nothing", () => {
  const { room, one } = createRoom();
  one.act();
  one.wrongSeal();
  room.runtime.leave(one.seat, "left");
  held.answerAll();
  expect(room.log()).toEqual(["frame 0:1", "seal 0:1", "leave 0"]);
  expect(codes(one)).toEqual([]);
});

test("without a thread none is verified, and all are taken", () => {
  held.takes = false;
  const { room, one } = createRoom({ random: () => 0 });
  one.act();
  one.wrongSeal();
  one.act();
  expect(room.log()).toEqual(["frame 0:1", "seal 0:1", "frame 0:2"]);
});

test("a signature that isn't as long as one is refused at once, and so many of them end in a drop", () => {
  const { room, one } = createRoom();
  one.act();
  one.shortSeal();
  expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  expect(one.seat.sealedSeq).toBe(0);
  for (let i = 1; i < MAX_BAD_MESSAGES; i++) one.shortSeal();
  expect(codes(one).at(-1)).toBe("TOO_MANY_BAD_MESSAGES");
  expect(room.log()).toEqual(["frame 0:1", "leave 0"]);
  expect(held.asked).toEqual([]);
});
