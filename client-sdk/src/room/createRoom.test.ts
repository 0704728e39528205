import {
  actionsRoot,
  type CodedError,
  encodeCoSignRequest,
  encodeValue,
  extendLane,
  type FinalityMessage,
  finalityOf,
  type LaneHead,
  ledgerHeight,
  Message,
  chainId as parseChainId,
} from "@weft/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { JOIN_TIMEOUT_MS, LEAVE_SEAL_TIMEOUT_MS } from "../limits.ts";
import { createRoom } from "./createRoom.ts";
import type { Room, RoomLeave } from "./room.ts";
import type { RoomConnection } from "./roomConnection.ts";
import { createTestTimers, origin, start, testSignature } from "./testLane.ts";

const game = {
  name: "tally",
  state: class {
    sum = 0;
  },
  actions: {
    add: { input: z.object({ n: z.int() }) },
    later: { input: z.null().refine(async () => true) },
  },
};

/** A connection whose other end is the test. */
function createTestConnection() {
  const messages = new Map<string, (message: unknown) => void>();
  const on = {
    state: () => {},
    drop: () => {},
    leave: (_code: number, _reason: string) => {},
    error: (_code: number, _message: string) => {},
  };
  const sent: string[] = [];
  const frames: Uint8Array[] = [];
  let leaves = 0;
  const connection: RoomConnection & { isOpen: boolean } = {
    roomId: "room",
    isOpen: true,
    state: new game.state(),
    sendBytes(name, bytes) {
      sent.push(name);
      if (name === Message.frame) frames.push(bytes);
    },
    onMessage: (name, listener) => void messages.set(name, listener),
    onStateChange: (listener) => void Object.assign(on, { state: listener }),
    onDrop: (listener) => void Object.assign(on, { drop: listener }),
    onError: (listener) => void Object.assign(on, { error: listener }),
    onLeave: (listener) => void Object.assign(on, { leave: listener }),
    leave: async () => void leaves++,
    abandon: () => {},
  };
  const say = (name: string, message?: unknown) => messages.get(name)?.(message);
  return { connection, say, on, sent, frames, leaves: () => leaves };
}

const { sessionId, chainId, room: address, lane } = origin;
const welcome = { chainId, room: address, lane, head: start, sealed: 0, keptForMs: 20_000 };

let approves = true;
let peer: ReturnType<typeof createTestConnection>;
let timers: ReturnType<typeof createTestTimers>;

beforeEach(() => {
  approves = true;
  peer = createTestConnection();
  timers = createTestTimers();
});

const open = () =>
  createRoom({
    connection: peer.connection,
    game,
    chainId,
    zkChainId: parseChainId(5700),
    sessionId,
    sign: async (message) => testSignature(message),
    timers,
    maxUnsequencedFrames: 10,
    sealIntervalMs: 1000,
    approveReport: () => approves,
  });

async function join(): Promise<Room<typeof game>> {
  const opening = open();
  peer.say(Message.welcome, welcome);
  peer.on.state();
  return opening;
}

describe("joining", () => {
  test("takes a welcome and a state", async () => {
    const room = await join();
    expect(room).toMatchObject({ id: "room", address, lane, sessionId, status: "open" });
    expect(room.state.sum).toBe(0);
  });

  test.each([
    ["a welcome", () => peer.on.state()],
    ["a state", () => peer.say(Message.welcome, welcome)],
  ])("JOIN_TIMEOUT without %s, and the seat is given up", async (_, other) => {
    const opening = open();
    other();
    timers.advance(JOIN_TIMEOUT_MS);
    await expect(opening).rejects.toMatchObject({ code: "JOIN_TIMEOUT" });
    expect(peer.leaves()).toBe(1);
  });

  test("JOIN_REFUSED when the connection closes before", async () => {
    const opening = open();
    peer.on.leave(4212, "no");
    await expect(opening).rejects.toMatchObject({ code: "JOIN_REFUSED", details: { code: 4212 } });
  });

  test.each([
    ["another chain", { ...welcome, chainId: 1 }],
    ["a lane that has another beginning", { ...welcome, lane: lane + 1 }],
    ["a lane that isn't empty", { ...welcome, head: { ...start, seq: 1 } }],
  ])("LANE_DIVERGED for %s", async (_, wrong) => {
    const opening = open();
    peer.say(Message.welcome, wrong);
    await expect(opening).rejects.toMatchObject({ code: "LANE_DIVERGED" });
    expect(peer.leaves()).toBe(1);
  });
});

describe("a joined room", () => {
  test("a server that was started anew has less: what it lost goes out again, and isn't applied any more", async () => {
    const room = await join();
    for (let n = 1; n <= 3; n++) room.act.add({ n });
    const finality: FinalityMessage = [3, 1, ledgerHeight(7), 3];
    peer.say(Message.finality, finality);
    expect(room.finalityOf(2)).toEqual({ level: "applied", sealed: true });
    const heads = peer.frames.map((_, i) =>
      peer.frames.slice(0, i + 1).reduce((head, bytes) => extendLane(head, bytes), start),
    ) as [LaneHead, LaneHead, LaneHead];
    const heard: unknown[] = [];
    room.onFinality((next) => heard.push(next));
    peer.on.drop();
    peer.frames.length = 0;
    peer.say(Message.welcome, { ...welcome, head: heads[0], sealed: 0 });
    expect(heard).toEqual([{ ...finalityOf(finality), applied: 1, sealed: 0 }]);
    expect(room.finalityOf(2)).toEqual({ level: "sent", sealed: false });
    expect(peer.frames).toHaveLength(2);
    expect(room.status).toBe("open");
  });

  test("LANE_DIVERGED when the server has lost what it said was on disk", async () => {
    const room = await join();
    room.act.add({ n: 1 });
    peer.say(Message.finality, [1, 1, ledgerHeight(7), 0] satisfies FinalityMessage);
    const left = new Promise<RoomLeave>((resolve) => room.onLeave(resolve));
    peer.on.drop();
    peer.say(Message.welcome, welcome);
    expect(await left).toMatchObject({ error: { code: "LANE_DIVERGED" } });
  });

  test("the same news of a round after a reconnection is no news", async () => {
    const room = await join();
    const heard: unknown[] = [];
    room.onRound(({ phase }) => heard.push(phase));
    const news = { phase: "void", roundId: `0x${"ef".repeat(32)}`, code: "ROUND_STALE" };
    peer.say(Message.round, news);
    peer.say(Message.round, news);
    expect(heard).toEqual(["void"]);
  });

  test("LANE_DIVERGED when a reconnection leads to another lane: the room is left, and says why", async () => {
    const room = await join();
    const left = new Promise<RoomLeave>((resolve) => room.onLeave(resolve));
    peer.on.drop();
    expect(room.status).toBe("reconnecting");
    peer.say(Message.welcome, { ...welcome, lane: lane + 1 });
    expect(await left).toMatchObject({ error: { code: "LANE_DIVERGED" } });
    expect(room.status).toBe("left");
  });

  test("RESPONSE_INVALID for malformed messages, which change nothing", async () => {
    const room = await join();
    const errors: CodedError[] = [];
    room.onError((error) => errors.push(error));
    peer.say(Message.welcome, { lane: "x" });
    peer.say(Message.finality, null);
    peer.say(Message.refusal, { code: 1 });
    peer.say(Message.round, { phase: "reported", results: Uint8Array.of(0xff) });
    peer.say(Message.sealRequest, {});
    peer.say(Message.coSignRequest, Uint8Array.of(0xff));
    peer.say(Message.coSignRequest, { report: 1 });
    expect(errors.map(({ code }) => code)).toEqual(Array(7).fill("RESPONSE_INVALID"));
    expect(peer.sent).toEqual([]);
    expect(room.status).toBe("open");
    expect(room.round).toBeUndefined();
  });

  test("a round's news is decoded", async () => {
    const room = await join();
    const next = room.nextRound({ phase: "reported" });
    const hash = `0x${"AB".repeat(32)}`;
    peer.say(Message.round, { phase: "opened", roundId: hash, cap: 1, deadlineMs: 5 });
    peer.say(Message.round, {
      phase: "reported",
      roundId: hash,
      results: encodeValue({ best: [1, 2n] }),
      minted: [{ tokenId: "7", to: address, item: "crown" }],
      transactionHash: hash,
      coSigned: 2,
      withheld: 1,
    });
    expect(await next).toEqual({
      phase: "reported",
      roundId: hash.toLowerCase(),
      results: { best: [1, 2n] },
      minted: [{ tokenId: 7n, to: address, item: "crown" }],
      transactionHash: hash.toLowerCase(),
      coSigned: 2,
      withheld: 1,
    });
  });

  test("a seal request is answered at once, and leaving seals first", async () => {
    const room = await join();
    room.act.add({ n: 1 });
    const { frames } = peer;
    const head = extendLane(start, frames[0] as Uint8Array);
    peer.say(Message.sealRequest, { roundId: `0x${"a1".repeat(32)}`, head });
    await new Promise(setImmediate);
    expect(peer.sent).toEqual([Message.frame, Message.seal]);
    room.act.add({ n: 2 });
    await room.leave();
    expect(peer.sent).toEqual([Message.frame, Message.seal, Message.frame, Message.seal]);
    expect(peer.leaves()).toBe(1);
  });

  describe("a finished round's report", () => {
    const roundId = `0x${"a1".repeat(32)}` as const;

    /** Plays one action in a round, and is asked to co-sign its report. */
    async function play(): Promise<{ errors: CodedError[]; head: LaneHead }> {
      const room = await join();
      const errors: CodedError[] = [];
      room.onError((error) => errors.push(error));
      peer.say(Message.round, { phase: "opened", roundId, cap: 1, deadlineMs: 5 });
      room.act.add({ n: 1 });
      const head = extendLane(start, peer.frames[0] as Uint8Array);
      peer.say(Message.sealRequest, { roundId, head });
      await new Promise(setImmediate);
      const lanes = [{ sessionId, head }];
      const report = {
        roundId,
        room: address,
        fromHeight: ledgerHeight(1),
        toHeight: ledgerHeight(2),
        actions: 1,
        actionsRoot: actionsRoot(lanes),
        results: encodeValue(null),
        mints: [],
      };
      peer.say(Message.coSignRequest, encodeCoSignRequest({ report, lanes }));
      await new Promise(setImmediate);
      return { errors, head };
    }

    test("is co-signed, without a word of the application", async () => {
      const { errors } = await play();
      expect(peer.sent).toEqual([Message.frame, Message.seal, Message.coSignature]);
      expect(errors).toEqual([]);
    });

    test("is refused as the application wants it: REPORT_REFUSED", async () => {
      approves = false;
      const { errors } = await play();
      expect(peer.sent).toEqual([Message.frame, Message.seal]);
      expect(errors).toMatchObject([{ code: "REPORT_REFUSED" }]);
    });
  });

  test("leaving a connection that swallows everything ends all the same", async () => {
    const room = await join();
    peer.connection.leave = () => new Promise(() => {});
    const leaving = room.leave();
    await new Promise(setImmediate);
    timers.advance(LEAVE_SEAL_TIMEOUT_MS);
    await leaving;
    expect(room.status).toBe("left");
  });

  test("INPUT_REFUSED for a schema that no replay could run", async () => {
    const room = await join();
    expect(() => room.act.later()).toThrow(expect.objectContaining({ code: "INPUT_REFUSED" }));
    expect(peer.sent).toEqual([]);
  });

  test("CONNECTION_ERROR for what Colyseus reports", async () => {
    const room = await join();
    const error = new Promise<CodedError>((resolve) => room.onError(resolve));
    peer.on.error(1006, "lost");
    expect(await error).toMatchObject({ code: "CONNECTION_ERROR", details: { code: 1006 } });
  });
});
