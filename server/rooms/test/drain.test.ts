import { afterEach, expect, test } from "vitest";
import { call, RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { type ProcessOptions, ServerProcess } from "./serverProcess.ts";

const PROCESS_TIMEOUT_MS = 600_000;

let server: ServerProcess;
afterEach(() => server?.remove());

/** A server, two players in a room, and their round. */
async function playing(settings: ProcessOptions["settings"] = {}) {
  server = await ServerProcess.start({
    game: { seconds: 600 },
    settings: { comeBackMs: 1234, drainSeconds: 600, ...settings },
  });
  const players = [await RawPlayer.create(server.url), await RawPlayer.create(server.url)] as const;
  const first = await players[0].join();
  const second = await players[1].join(first.room.roomId);
  const { roundId } = await server.round("opened");
  for (const { room } of [first, second]) room.reconnection.enabled = false;
  return { players, rooms: [first, second] as const, roundId };
}

/** Players are told when to come back, and then the connection is closed. */
async function expectSentAway(rooms: readonly RawRoom[]): Promise<void> {
  for (const room of rooms) {
    expect(await room.next("left")).toBe(4001);
    expect(await room.next("comeBack")).toEqual({ retryAfterMs: 1234 });
  }
}

test(
  "SIGTERM lets a round come to its end, takes nobody new meanwhile, and sends players away with a time to come back",
  async () => {
    const { players, rooms, roundId } = await playing();
    const gone = server.kill("SIGTERM");
    await server.logged("the server stops when its rounds are over");
    const stranger = new RawPlayer(server.url);
    const answer = await call<object>(server.url, "/weft/login/challenge", {});
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "SERVER_STOPPING" } } });
    await expect(players[1].join()).rejects.toThrow(/^SERVER_STOPPING/);
    await expect(stranger.login()).rejects.toThrow();
    // Who has a place keeps it, also over another connection.
    const [first, second] = rooms;
    const again = await players[1].resume(second.room.roomId, second.lane);
    again.room.reconnection.enabled = false;
    first.act("add", { by: 2 });
    first.act("finish", null);
    expect(await first.next("round", ({ phase }) => phase === "reported")).toMatchObject({
      roundId,
    });
    await expectSentAway([first, again]);
    await gone;
    await server.start();
    expect(await server.ask("rooms")).toMatchObject([{ roomId: first.room.roomId, players: 2 }]);
  },
  PROCESS_TIMEOUT_MS,
);

test.each([
  ["a second signal", {}],
  ["the deadline", { drainSeconds: 0 }],
])(
  "%s stops it at once: the round goes on after the next start",
  async (what, settings) => {
    const { players, rooms, roundId } = await playing(settings);
    const gone = server.kill("SIGTERM");
    if (what === "a second signal") {
      await server.logged("the server stops when its rounds are over");
      server.signal("SIGTERM");
    }
    await expectSentAway(rooms);
    await gone;
    await server.start();
    const [first] = await Promise.all(
      rooms.map(({ room, lane }, i) => (players[i] as RawPlayer).resume(room.roomId, lane)),
    );
    first?.act("finish", null);
    expect(await server.round("reported")).toMatchObject({ roundId });
  },
  PROCESS_TIMEOUT_MS,
);
