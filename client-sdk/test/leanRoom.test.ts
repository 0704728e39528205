import { tally } from "@weft/game/testing";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { joinLean, type LeanJoinOptions } from "../src/load/index.ts";
import { logIn, newPlayer, startServer } from "./startServer.ts";

let server: GameServer;
let url: string;

beforeAll(async () => {
  ({ server, url } = await startServer());
});
afterAll(() => server.stop());

async function join(options: LeanJoinOptions = {}) {
  return joinLean(await logIn(await newPlayer(url)), tally, options);
}

test("lean players play a round to its co-signed report", async () => {
  const first = await join({ create: true });
  const { id: roomId } = first.room;
  const second = await join({ roomId, readState: true });
  expect(second.room.id).toBe(roomId);
  const news = second.room.nextRound({ phase: ["reported", "void"] });
  await second.room.waitForState(({ playing }) => playing);
  const { seq } = first.room.act.add({ n: 9 });
  second.room.act.add({ n: 2 });
  await first.room.waitForFinality(seq, "sequenced");
  await first.room.waitForFinality(seq, "sealed");
  await second.room.waitForState(({ sums }) => sums.get(first.room.sessionId) === 9);
  expect(await news).toMatchObject({
    phase: "reported",
    coSigned: 2,
    minted: [{ item: "crown" }],
  });
  // Nobody has read it there.
  expect(first.room.state).toBeUndefined();
  for (const { traffic } of [first, second]) {
    expect(traffic()).toEqual({ bytesIn: expect.any(Number), bytesOut: expect.any(Number) });
    expect(Math.min(...Object.values(traffic()))).toBeGreaterThan(100);
  }
  await Promise.all([first.room.leave(), second.room.leave()]);
  expect(first.room.status).toBe("left");
});

test("more than the rate is told as it is refused, and gets there all the same", async () => {
  const refusals: string[] = [];
  const { room } = await join({ create: true, onRefusal: (code) => void refusals.push(code) });
  // As many as the server takes at once, and some.
  const sent = Array.from({ length: 450 }, () => room.act.add({ n: 1 }).seq);
  await room.waitForFinality(sent.length, "sequenced");
  expect(refusals).toContain("RATE_LIMITED");
  await room.leave();
});

test("a room that isn't there: JOIN_REFUSED; a full one too", async () => {
  await expect(join({ roomId: "nowhere" })).rejects.toMatchObject({ code: "JOIN_REFUSED" });
  const { room } = await join({ create: true });
  const others = await Promise.all([1, 2, 3].map(() => join({ roomId: room.id })));
  await expect(join({ roomId: room.id })).rejects.toMatchObject({ code: "JOIN_REFUSED" });
  await Promise.all([room.leave(), ...others.map((other) => other.room.leave())]);
});

test("what a connection breaks for is told once, and it isn't built up again", async () => {
  const session = await logIn(await newPlayer(url));
  const { room, closed } = await joinLean(session, tally);
  const left = new Promise((resolve) => room.onLeave(resolve));
  await session.logout();
  expect(await left).toMatchObject({ code: 4102 });
  expect(await closed).toBe(4102);
});
