import { decodeValue } from "@weft/protocol";
import { afterEach, expect, test } from "vitest";
import { DropCode } from "../src/errors.ts";
import type { RoomSettings } from "../src/types.ts";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally, type TallyOptions } from "./testGame.ts";

let test1: TestServer | undefined;
afterEach(() => test1?.server.stop());

async function playWith(
  rules: TallyOptions,
  settings: Partial<RoomSettings> = {},
): Promise<{ test1: TestServer; rooms: [RawRoom, RawRoom] }> {
  const games = { tally: createTally({ seconds: 60, ...rules }) };
  test1 = await startServer({ games, settings: { startDelayMs: 0, ...settings } });
  const [one, two] = await Promise.all([RawPlayer.create(test1.url), RawPlayer.create(test1.url)]);
  const first = await one.join();
  const second = await two.join(first.room.roomId);
  await test1.round("opened");
  return { test1, rooms: [first, second] };
}

test("a report over the cap makes the round void, and mints nothing", async () => {
  const { test1, rooms } = await playWith({ maxMints: 1, prizes: 2 });
  rooms[0].act("finish", null);
  rooms[0].seal();
  const { code } = await test1.round("void");
  expect(code).toBe("REPORT_OVER_CAP");
  const news = await rooms[1].next("round", ({ phase }) => phase === "void");
  expect(news).toMatchObject({ code: "REPORT_OVER_CAP" });
  expect(test1.rounds.some(({ phase }) => phase === "reported")).toBe(false);
});

test("who doesn't seal at the round's end loses place and prize", async () => {
  const { test1, rooms } = await playWith({}, { sealGraceMs: 2000 });
  const [honest, silent] = rooms;
  silent.sealsOnRequest = false;
  for (let i = 0; i < 3; i++) silent.act("add", { by: 10 });
  honest.act("add", { by: 1 });
  await silent.next("finality", ({ applied }) => applied === 3);
  honest.act("finish", null);
  const reported = await test1.round("reported");
  expect(await silent.next("left")).toBe(DropCode.unsealed);
  expect(reported.report.actions).toBe(2);
  expect(reported.minted).toMatchObject([{ to: honest.player.address }]);
  expect(decodeValue(reported.report.results)).toEqual([{ id: honest.player.sessionId, count: 1 }]);
});

test("a round that everybody leaves is void, and the room closes", async () => {
  const { test1, rooms } = await playWith({});
  await Promise.all(rooms.map((room) => room.leave()));
  const { code } = await test1.round("void");
  expect(code).toBe("ROOM_CLOSED");
  await expect.poll(() => test1.server.rooms()).toEqual([]);
});

test("a server that stops voids what it can't finish, and can be followed by another", async () => {
  const { test1, rooms } = await playWith({});
  await test1.server.stop();
  expect(await rooms[0].next("round", ({ phase }) => phase === "void")).toBeDefined();
  expect(await rooms[0].next("left")).toBe(4001);
  await expect(test1.server.listen(0)).rejects.toMatchObject({ code: "SERVER_STOPPED" });
  await playWith({});
});

test("what is done after the round's end counts for nothing", async () => {
  const { test1, rooms } = await playWith({}, { sealGraceMs: 2000 });
  const [early, late] = rooms;
  late.sealsOnRequest = false;
  early.act("add", { by: 2 });
  late.act("add", { by: 1 });
  late.seal();
  await late.next("finality", ({ sealed }) => sealed === 1);
  early.act("finish", null);
  await late.next("sealRequest");
  late.act("add", { by: 10 });
  const reported = await test1.round("reported");
  expect(reported.report.actions).toBe(3);
  expect(reported.minted).toMatchObject([{ to: early.player.address }]);
});
