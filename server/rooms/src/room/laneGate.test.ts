import fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HeldSeals } from "../../test/heldSeals.ts";
import { TestChain, type TestSession } from "../../test/runtimeRoom.ts";
import { MAX_BAD_MESSAGES, MAX_BEHIND_SEAL, SEAL_TIMEOUT_MS } from "../limits.ts";

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
function createRoom(verifier: HeldSeals | undefined = held) {
  const room = chain.createRoom(verifier);
  const players = [room.join(sessions[0]), room.join(sessions[1])] as const;
  room.events.length = 0;
  return { room, players, one: players[0], other: players[1] };
}

const codes = ({ refusals }: { readonly refusals: readonly { readonly code: string }[] }) =>
  refusals.map(({ code }) => code);

describe("while a seal is verified", () => {
  test("what comes on its lane waits behind it, in order; other lanes go on", () => {
    const { room, one, other } = createRoom();
    one.act();
    one.seal();
    expect(held.hurried).toBe(0);
    one.act();
    one.seal();
    one.act();
    other.act();
    expect(room.log()).toEqual(["frame 0:1", "frame 1:1"]);
    expect(held.hurried).toBe(1);
    held.answer();
    expect(held.hurried).toBe(2);
    expect(room.log().slice(2)).toEqual(["seal 0:1", "frame 0:2"]);
    expect(one.seat).toMatchObject({ sealedSeq: 1, head: { seq: 2 } });
    held.answer();
    expect(room.log().slice(4)).toEqual(["seal 0:2", "frame 0:3"]);
    expect(held.waiting).toBe(0);
    expect(room.passed).toBe(2);
    expect(one.seat.head).toEqual(one.head);
    expect(one.refusals).toEqual([]);
  });

  test("a seal that doesn't hold is refused by its code, and the lane goes on", () => {
    const { room, one } = createRoom();
    one.act();
    one.wrongSeal();
    one.act();
    held.answer();
    expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID"]);
    expect(room.log()).toEqual(["frame 0:1", "frame 0:2"]);
    one.seal();
    held.answer();
    expect(one.seat.sealedSeq).toBe(2);
  });

  test("a verification that is lost is made up for here", () => {
    const { room, one, other } = createRoom();
    one.act();
    other.act();
    one.seal();
    other.wrongSeal();
    one.act();
    held.lose();
    expect(room.log(0)).toEqual(["frame 0:1", "seal 0:1", "frame 0:2"]);
    expect(room.log(1)).toEqual(["frame 1:1"]);
    expect(codes(other)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  });

  test("only so much may wait; the client learns from where to send again", () => {
    const { room, one } = createRoom();
    const frames = [one.act()];
    one.seal();
    const { head } = one;
    for (let i = 0; i <= MAX_BEHIND_SEAL; i++) frames.push(one.act());
    one.seal(head);
    expect(codes(one)).toEqual(["RATE_LIMITED"]);
    held.answer();
    expect(one.seat.head.seq).toBe(MAX_BEHIND_SEAL + 1);
    room.runtime.beat();
    const gap = one.refusals.at(-1);
    expect(gap).toMatchObject({ code: "RATE_LIMITED", expected: MAX_BEHIND_SEAL + 2 });
    for (const frame of frames.slice((gap?.expected ?? 1) - 1)) one.send(frame);
    expect(one.seat.head).toEqual(one.head);
  });

  test("where the verifier takes nothing, the seal is verified at once", () => {
    const { room, one } = createRoom();
    held.takes = false;
    one.act();
    one.seal();
    one.act();
    one.wrongSeal();
    expect(room.log()).toEqual(["frame 0:1", "seal 0:1", "frame 0:2"]);
    expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  });
});

describe("the lane is settled first, and an answer that comes later does nothing", () => {
  /** A frame, its seal under way, and a frame behind it. */
  function pending() {
    const all = createRoom();
    all.one.act();
    all.one.seal();
    all.one.act();
    return all;
  }
  const settled = ["frame 0:1", "seal 0:1", "frame 0:2"];

  test("when the player leaves", () => {
    const { room, one } = pending();
    room.runtime.leave(one.seat, "left");
    expect(room.log()).toEqual([...settled, "leave 0"]);
    held.answerAll();
    expect(room.log()).toHaveLength(4);
    expect(room.passed).toBe(0);
  });

  test("when the player is dropped, or joins again", () => {
    const { room, one } = pending();
    room.runtime.dropClosed(one.seat, "logout");
    expect(room.log()).toEqual([...settled, "leave 0"]);
    const again = pending();
    again.room.join(sessions[0]);
    expect(again.room.log()).toEqual([...settled, "leave 0", "join 2"]);
    held.answerAll();
    expect(again.room.log()).toHaveLength(5);
  });

  test("when the connection breaks: what was on its way counts, and the player comes back to it", () => {
    const { room, one } = pending();
    room.runtime.disconnect(one.seat);
    expect(room.log()).toEqual(settled);
    room.runtime.reconnect(one.seat, one.peer);
    one.seal();
    held.answer();
    expect(one.seat.sealedSeq).toBe(1);
    held.answer();
    expect(room.log()).toEqual([...settled, "seal 0:2"]);
    expect(one.refusals).toEqual([]);
  });

  test("when the player comes back over another connection while the old one is there", () => {
    const { room, one } = pending();
    room.rejoin(sessions[0], one);
    expect(room.log()).toEqual([...settled, "rejoin 0"]);
    held.answerAll();
    expect(room.log()).toHaveLength(4);
  });

  test("when the time for seals is over: the seal is here", () => {
    const { room, one } = pending();
    room.runtime.beat();
    expect(one.seat.gone).toBe(false);
    chain.nowMs += SEAL_TIMEOUT_MS + 1;
    room.runtime.beat();
    expect(one.seat.gone).toBe(false);
    expect(room.log(0)).toEqual(settled);
  });

  test("when that seal is wrong, the time is over all the same", () => {
    const { room, one } = createRoom();
    one.act();
    one.wrongSeal();
    chain.nowMs += SEAL_TIMEOUT_MS + 1;
    room.runtime.beat();
    expect(codes(one)).toEqual(["SEAL_SIGNATURE_INVALID", "UNSEALED"]);
    expect(room.log(0)).toEqual(["frame 0:1", "leave 0"]);
  });

  test("when the room is suspended, or ends", async () => {
    const { room } = pending();
    await room.runtime.suspend();
    expect(room.log()).toEqual([...settled, "checkpoint"]);
    const again = pending();
    again.room.runtime.close();
    expect(again.room.log()).toEqual([...settled, "leave 0", "leave 1", "close"]);
    held.answerAll();
    expect(again.room.log()).toHaveLength(6);
  });

  test("nothing but wrong seals, verified one by one or all at once: the client is dropped", () => {
    const { room, one } = createRoom();
    one.act();
    for (let i = 0; i < 20; i++) one.wrongSeal();
    held.answer();
    room.runtime.settle();
    expect(codes(one).at(-1)).toBe("TOO_MANY_BAD_MESSAGES");
    expect(room.log()).toEqual(["frame 0:1", "leave 0"]);

    const again = createRoom();
    again.one.act();
    for (let i = 0; i < MAX_BAD_MESSAGES; i++) again.one.wrongSeal();
    again.one.act();
    held.answerAll();
    expect(codes(again.one).at(-1)).toBe("TOO_MANY_BAD_MESSAGES");
    expect(again.room.log()).toEqual(["frame 0:1", "leave 0"]);
  });
});

test("whenever the answers come, each lane's log and refusals are as without a thread", () => {
  const step = fc.record({
    does: fc.constantFrom(
      "act",
      "act",
      "seal",
      "seal",
      "wrong",
      "late",
      "answer",
      "lose",
      "settle",
    ),
    by: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      held = new HeldSeals();
      const rooms = [createRoom(), createRoom(undefined)].map(({ room, players }) => {
        for (const { does, by } of steps) {
          const player = players[by as 0 | 1];
          if (does === "act") player.act();
          else if (does === "seal") player.seal();
          else if (does === "wrong") player.wrongSeal();
          else if (does === "late") player.seal(player.before);
          else if (does === "answer") held.answer();
          else if (does === "lose") held.lose();
          else room.runtime.intake.settle(player.seat);
        }
        held.answerAll();
        return players.map((player, lane) => ({
          log: room.log(lane),
          refused: codes(player).sort(),
          head: player.seat.head.seq,
          sealed: player.seat.sealedSeq,
          gone: player.seat.gone,
        }));
      });
      expect(rooms[0]).toEqual(rooms[1]);
    }),
    { numRuns: 150 },
  );
});
