import { afterAll, beforeAll, expect, test } from "vitest";
import { type RoundChange, WeftRoom } from "../src/index.ts";
import type { Seat } from "../src/room/seat.ts";
import { RawPlayer } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const told: string[] = [];

/** A room as a developer may write it. */
class LobbyRoom extends WeftRoom {
  override onCreate(options: unknown) {
    super.onCreate(options);
    this.onMessage("go", () => this.startRound());
  }

  protected override onPlayerJoined(seat: Seat) {
    told.push(`joined ${seat.lane}`);
  }

  protected override onPlayerLeft(seat: Seat, reason: string) {
    told.push(`${reason} ${seat.lane}`);
  }

  protected override onRoundChange({ phase }: RoundChange) {
    told.push(phase);
  }
}

let test1: TestServer;
beforeAll(async () => {
  test1 = await startServer({
    games: { tally: createTally({ seconds: 600, minPlayers: 1 }) },
    rooms: { tally: LobbyRoom },
    settings: { autoStart: false, startDelayMs: 0 },
    express: (app) => {
      app.get("/hello", (_request, response) => {
        response.send("hello");
      });
    },
  });
});
afterAll(() => test1?.server.stop());

test("an own room has its hooks, its messages, and says when a round starts", async () => {
  const player = await RawPlayer.create(test1.url);
  const room = await player.join();
  // The seat's id on the wire is its secret, and must not be the session's, which is public.
  expect(room.room.sessionId).not.toBe(player.sessionId);
  expect(test1.server.rooms()).toMatchObject([{ phase: "lobby" }]);
  room.room.send("go");
  await test1.round("opened");
  await room.leave();
  await test1.round("void");
  expect(told).toEqual(["joined 0", "opened", "left 0", "void"]);
});

test("an own route is served beside Weft's", async () => {
  expect(await (await fetch(`${test1.url}/hello`)).text()).toBe("hello");
  expect((await fetch(`${test1.url}/weft`)).status).toBe(200);
});
