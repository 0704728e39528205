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
  // Before the round, so that none is too late.
  const { seq } = first.room.act.add({ n: 9 });
  await first.room.waitForFinality(seq, "sequenced");
  await first.room.waitForFinality(seq, "sealed");
  const second = await join({ roomId: first.room.id, readState: true });
  const news = second.room.nextRound({ phase: ["reported", "void"] });
  expect(second.room.id).toBe(first.room.id);
  expect(second.room.state?.sums.get(first.room.sessionId)).toBe(9);
  const playing = second.room.waitForState((state) => state.playing);
  await second.room.waitForFinality(second.room.act.add({ n: 2 }).seq, "sequenced");
  await playing;
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

test("what the server refuses is told with its code, also to the room's listeners", async () => {
  const refusals: string[] = [];
  const { room } = await join({ create: true, onRefusal: (code) => void refusals.push(code) });
  const told = new Promise((resolve) => room.onError(resolve));
  const { seq } = room.act.fail();
  expect(await told).toMatchObject({ code: "ACTION_FAILED", details: { seq } });
  expect(refusals).toEqual(["ACTION_FAILED"]);
  await room.leave();
});

test("JOIN_REFUSED for a room that isn't there", async () => {
  await expect(join({ roomId: "nowhere" })).rejects.toMatchObject({ code: "JOIN_REFUSED" });
});

test("what a connection breaks for is told once, and it isn't built up again", async () => {
  const session = await logIn(await newPlayer(url));
  const { room, closed } = await joinLean(session, tally);
  const left = new Promise((resolve) => room.onLeave(resolve));
  await session.logout();
  expect(await left).toMatchObject({ code: 4102 });
  expect(await closed).toBe(4102);
});
