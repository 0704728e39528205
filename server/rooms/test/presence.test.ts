import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DropCode } from "../src/errors.ts";
import type { RoomSettings } from "../src/types.ts";
import { call, RawPlayer } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

let test1: TestServer;

/** One server for several tests. */
function serveWith(settings: Partial<RoomSettings> = {}): void {
  beforeAll(async () => {
    test1 = await startServer({
      games: { tally: createTally({ seconds: 600, minPlayers: 3 }) },
      settings,
    });
  });
  afterAll(() => test1?.server.stop());
}

describe("a server that waits", () => {
  serveWith();

  test("a connection that breaks keeps its lane, and comes back to it", async () => {
    const room = await (await RawPlayer.create(test1.url)).join();
    room.act("add", { by: 3 });
    await room.next("finality", ({ applied }) => applied === 1);
    room.received.length = 0;
    room.room.connection.close();
    const again = await room.next("welcome");
    expect(again).toMatchObject({ head: room.head });
    room.act("add", { by: 1 });
    room.seal();
    await room.next("finality", ({ sealed }) => sealed === 2);
    expect(test1.server.rooms()[0]?.players).toBe(1);
    await room.leave();
  });

  test("a session that is closed loses its place", async () => {
    const player = await RawPlayer.create(test1.url);
    const room = await player.join();
    const { ticket, signature } = await player.ticket({ game: "" });
    const { sessionId, issuedAtMs } = ticket;
    await call(test1.url, "/weft/logout", { sessionId, issuedAtMs, signature });
    expect(await room.next("left")).toBe(DropCode.sessionClosed);
  });

  test("a new login with the same pass ends the old session's place", async () => {
    const player = await RawPlayer.create(test1.url);
    const room = await player.join();
    const second = new RawPlayer(test1.url);
    const grant = { sessionKey: second.sessionKey };
    const { status } = await player.login({ grant });
    expect(status).toBe(200);
    expect(await room.next("left")).toBe(DropCode.sessionClosed);
  });
});

describe("a server that doesn't wait long", () => {
  serveWith({ sealTimeoutMs: 2000, reconnectionSeconds: 1 });

  test("a player whose seals stop loses the place, and is told why", async () => {
    const room = await (await RawPlayer.create(test1.url)).join();
    room.act("add", { by: 1 });
    room.seal();
    room.act("add", { by: 1 });
    expect(await room.refusal("UNSEALED")).toBeDefined();
    expect(await room.next("left")).toBe(DropCode.unsealed);
    const sealed = await room.next("finality", (finality) => finality.sealed === 1);
    expect(sealed.sealed).toBe(1);
  });

  test("a connection that stays broken costs the place in the end", async () => {
    const room = await (await RawPlayer.create(test1.url)).join();
    const other = await (await RawPlayer.create(test1.url)).join(room.room.roomId);
    room.room.reconnection.enabled = false;
    room.room.connection.close();
    const players = () => test1.server.rooms().find(({ roomId }) => roomId === other.room.roomId);
    await expect.poll(() => players()?.players).toBe(1);
    await other.leave();
  });
});
