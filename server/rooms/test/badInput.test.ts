import { setTimeout as wait } from "node:timers/promises";
import { Client } from "@colyseus/sdk";
import { bytesToHex, encodeFrame, encodeSeal, extendLane, Message } from "@weft/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createGameServer } from "../src/createGameServer.ts";
import { DropCode } from "../src/errors.ts";
import {
  FRAMES_BURST,
  FRAMES_PER_SECOND,
  MAX_BAD_MESSAGES,
  SEALS_PER_SECOND,
} from "../src/limits.ts";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const games = { tally: createTally({ seconds: 600, minPlayers: 3 }) };
let test1: TestServer;
/** Plays on through it all, in the same room. */
let bystander: RawRoom;

beforeAll(async () => {
  test1 = await startServer({ games });
  bystander = await (await RawPlayer.create(test1.url)).join();
});
afterAll(() => test1?.server.stop());

async function newcomer(): Promise<RawRoom> {
  const player = await RawPlayer.create(test1.url);
  return player.join(bystander.room.roomId);
}

/** Nothing that others did has cost the bystander anything. */
async function expectUnharmed(): Promise<void> {
  const seq = bystander.act("add", { by: 1 });
  bystander.seal();
  const done = await bystander.next("finality", ({ sealed }) => sealed >= seq);
  expect(done.applied).toBe(seq);
  expect(bystander.received.filter(({ type }) => type === "refusal")).toEqual([]);
}

describe("frames", () => {
  test("malformed ones are refused by code, and the lane goes on", async () => {
    const room = await newcomer();
    for (const bytes of [[], [0xff], [0xc0], new Array(3000).fill(1)]) {
      room.sendFrame(Uint8Array.from(bytes));
    }
    room.room.send(Message.frame, { not: "bytes" });
    const count = () => room.received.filter(({ type }) => type === "refusal").length;
    room.act("add", { by: 1 });
    await room.next("finality", ({ applied }) => applied === 1);
    expect(count()).toBe(5);
    expect(await room.refusal("FRAME_MALFORMED")).toMatchObject({ expected: 1 });
    await expectUnharmed();
    await room.leave();
  });

  test("out of order: the expected number is told, and nothing is applied", async () => {
    const room = await newcomer();
    room.sendFrame(encodeFrame({ seq: 5, action: "add", input: { by: 1 } }));
    expect(await room.refusal("FRAME_OUT_OF_ORDER")).toMatchObject({ expected: 1 });
    room.act("add", { by: 1 });
    await room.next("finality", ({ applied }) => applied === 1);
    await room.leave();
  });

  test("sent twice count once", async () => {
    const room = await newcomer();
    const bytes = encodeFrame({ seq: 1, action: "add", input: { by: 4 } });
    room.sendFrame(bytes);
    room.sendFrame(bytes);
    room.head = extendLane(room.head, bytes);
    room.act("add", { by: 1 });
    await room.next("finality", ({ applied }) => applied === 2);
    await expect.poll(() => room.room.state.counts.get(room.player.sessionId) as number).toBe(5);
    await room.leave();
  });

  test("what the game refuses stays in the lane without effect", async () => {
    const room = await newcomer();
    room.act("add", { by: 11 });
    room.act("fly", null);
    room.act("constructor", null);
    room.act("break", null);
    room.act("add", { by: 1 });
    expect(await room.refusal("INPUT_REFUSED")).toMatchObject({ seq: 1 });
    expect(await room.refusal("ACTION_UNKNOWN")).toMatchObject({ seq: 2 });
    expect(await room.refusal("ACTION_FAILED")).toMatchObject({ seq: 4 });
    room.seal();
    await room.next("finality", ({ sealed, applied }) => sealed === 5 && applied === 5);
    await expectUnharmed();
    await room.leave();
  });

  test("too many at once: the rest isn't taken, and can be sent again", async () => {
    const room = await newcomer();
    const frames: Uint8Array[] = [];
    const sendMore = (count: number) => {
      for (let i = 0; i < count; i++) {
        const bytes = encodeFrame({ seq: frames.length + 1, action: "add", input: { by: 1 } });
        frames.push(bytes);
        room.sendFrame(bytes);
      }
    };
    let isRefused = false;
    const refused = room.refusal("RATE_LIMITED").finally(() => {
      isRefused = true;
    });
    // For a server that is slow to take them they may be within the rate.
    for (sendMore(FRAMES_BURST + 50); !isRefused; sendMore(50)) await wait(20);
    expect((await refused).expected).toBeGreaterThan(FRAMES_BURST);
    // Again what wasn't taken, at half the rate.
    for (let applied = 0; applied < frames.length; await wait(20_000 / FRAMES_PER_SECOND)) {
      const told = room.received.flatMap(({ type, body }) => (type === "finality" ? [body] : []));
      applied = Math.max(...told.map((finality) => finality.applied));
      for (const bytes of frames.slice(applied, applied + 10)) room.sendFrame(bytes);
    }
    await expectUnharmed();
    await room.leave();
  });

  test("nothing but bad ones: the client is dropped", async () => {
    const room = await newcomer();
    for (let i = 0; i < MAX_BAD_MESSAGES; i++) room.sendFrame(Uint8Array.of(i));
    expect(await room.refusal("TOO_MANY_BAD_MESSAGES")).toBeDefined();
    expect(await room.next("left")).toBe(DropCode.misbehaved);
    await expectUnharmed();
  });
});

describe("seals", () => {
  test("malformed, out of order, no signature: each is refused by code", async () => {
    const room = await newcomer();
    room.act("add", { by: 1 });
    room.sendSeal(Uint8Array.of(1, 2, 3));
    room.room.send(Message.seal, "no bytes");
    room.sendSeal(encodeSeal({ seq: 7, signature: new Uint8Array(64) }));
    room.sendSeal(encodeSeal({ seq: 1, signature: new Uint8Array(63) }));
    await room.refusal("SEAL_MALFORMED");
    expect(await room.refusal("SEAL_OUT_OF_ORDER")).toMatchObject({ seq: 7, expected: 2 });
    await room.refusal("SEAL_SIGNATURE_INVALID");
    room.seal();
    await room.next("finality", ({ sealed }) => sealed === 1);
    await expectUnharmed();
    await room.leave();
  });

  test("over another lane's frames, with the right key: in the end the client is dropped", async () => {
    const room = await newcomer();
    let isLeft = false;
    const left = room.next("left").finally(() => {
      isLeft = true;
    });
    // The first seal that the thread takes is verified, which isn't there from the start, and some after it.
    while (!isLeft) {
      const seq = room.act("add", { by: 1 });
      room.seal({ ...room.head, hash: bystander.head.hash });
      await Promise.race([left, room.next("finality", ({ sealed }) => sealed >= seq)]);
      await wait(1000 / SEALS_PER_SECOND);
    }
    expect(await left).toBe(DropCode.unsealed);
    await room.refusal("SEAL_SIGNATURE_INVALID");
    await expectUnharmed();
  });
});

describe("joining", () => {
  const join = (weft: unknown, method: "joinOrCreate" | "create" = "joinOrCreate") =>
    new Client(test1.url.replace("http", "ws"))[method]("tally", { weft });

  test("needs a fresh ticket of an open session, for this game", async () => {
    const player = await RawPlayer.create(test1.url);
    await expect(join(undefined)).rejects.toThrow(/^TICKET_MALFORMED: /);
    await expect(join({ ticket: 1, signature: "0x" })).rejects.toThrow(/^TICKET_MALFORMED: /);
    const old = await player.ticket({ issuedAtMs: Date.now() - 120_000 });
    await expect(join(old)).rejects.toThrow(/^TICKET_EXPIRED: /);
    const early = await player.ticket({ issuedAtMs: Date.now() + 60_000 });
    await expect(join(early)).rejects.toThrow(/^TICKET_EXPIRED: /);
    const signature = bytesToHex(new Uint8Array(64).fill(1));
    await expect(join(await player.ticket({ signature }))).rejects.toThrow(
      /^TICKET_SIGNATURE_INVALID: /,
    );
    const { ticket, ...rest } = await player.ticket();
    const unknown = { ...rest, ticket: { ...ticket, sessionId: bytesToHex(new Uint8Array(32)) } };
    await expect(join(unknown)).rejects.toThrow(/^SESSION_UNKNOWN: /);
    await expect(join(await player.ticket({ game: "chess" }))).rejects.toThrow(
      /^TICKET_MALFORMED: /,
    );
    expect(test1.server.rooms()).toHaveLength(1);
  });

  test("takes a ticket once", async () => {
    const player = await RawPlayer.create(test1.url);
    const ticket = await player.ticket();
    const room = await join(ticket);
    await expect(join(ticket)).rejects.toThrow(/^TICKET_REUSED: /);
    await room.leave();
  });

  test("a second time replaces the first, in the same room or another", async () => {
    const player = await RawPlayer.create(test1.url);
    const { roomId } = bystander.room;
    const first = await player.join(roomId);
    const second = await player.join(roomId);
    expect(await first.next("left")).toBe(DropCode.replaced);
    const third = await join(await player.ticket(), "create");
    expect(third.roomId).not.toBe(roomId);
    expect(await second.next("left")).toBe(DropCode.replaced);
    await third.leave();
    await expectUnharmed();
  });
});

test("a second server in the same process is refused", async () => {
  await expect(createGameServer({ games })).rejects.toMatchObject({ code: "SERVER_EXISTS" });
});

test("garbage on a WebSocket harms nobody", async () => {
  const sockets: WebSocket[] = [];
  const { roomId } = bystander.room;
  const base = test1.url.replace("http", "ws");
  const paths = [
    "/",
    "/x",
    `/p/${roomId}`,
    `/p/${roomId}?sessionId=__proto__`,
    `/p/${roomId}?sessionId=x&reconnectionToken=constructor`,
  ];
  for (const path of paths) {
    const socket = new WebSocket(`${base}${path}`);
    sockets.push(socket);
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    for (let code = 0; code < 32; code++) {
      socket.send(Uint8Array.of(code));
      socket.send(Uint8Array.of(code, 0xff, 0xff, 0xff));
    }
  }
  const rooms: RawRoom[] = [];
  for (let code = 0; code < 32; code++) {
    // Colyseus may disconnect who talks like this; it must not fall over.
    if (code % 8 === 0) rooms.push(await newcomerOrSame(rooms));
    const room = rooms.at(-1);
    room?.room.connection.send(Uint8Array.of(code));
    room?.room.connection.send(Uint8Array.of(code, 0xdb, 0xff, 0xff, 0xff, 0xff));
    room?.room.connection.send(Uint8Array.of(code, 0xa3, 0x61));
  }
  await expectUnharmed();
  for (const socket of sockets) socket.close();
});

async function newcomerOrSame(rooms: readonly RawRoom[]): Promise<RawRoom> {
  const before = rooms.at(-1);
  if (before === undefined) return newcomer();
  return before.player.join(bystander.room.roomId);
}
