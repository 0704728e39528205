import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { type ProcessOptions, ServerProcess } from "./serverProcess.ts";

/** Starting a server takes seconds where many other things run; no test waits for it to pass. */
const PROCESS_TIMEOUT_MS = 600_000;
/** Far longer than what a client sees is behind what the room does. */
const PAUSE_MS = 2000;

let server: ServerProcess;
/** Everybody who came back, and would go on trying. */
const opened: RawRoom[] = [];
afterEach(async () => {
  letGo(...opened.splice(0));
  await server?.remove();
});

type RoomView = { roomId: string; players: number; phase: string };

/** A server with two players in a room. */
async function playing(options: ProcessOptions = {}) {
  server = await ServerProcess.start({
    ...options,
    game: { seconds: 600, ...options.game },
    settings: { snapshotMs: 0, checkpointMs: 50, ...options.settings },
  });
  const players = [await RawPlayer.create(server.url), await RawPlayer.create(server.url)] as const;
  const first = await players[0].join();
  const second = await players[1].join(first.room.roomId);
  opened.push(first, second);
  return { players, rooms: [first, second] as const, roomId: first.room.roomId };
}

const rooms = async () => (await server.ask("rooms")) as RoomView[];

/** What the player's clients of this kind of game see of a player. */
const countOf = (room: RawRoom, player: RawPlayer): number | undefined =>
  (room.room.state as { counts?: Map<string, number> }).counts?.get(player.sessionId);

async function sequenced(room: RawRoom): Promise<void> {
  const { seq } = room.head;
  await room.next("finality", (finality) => finality.sequenced >= seq);
}

async function comeBack(player: RawPlayer, roomId: string, lane: number): Promise<RawRoom> {
  const room = await player.resume(roomId, lane);
  opened.push(room);
  return room;
}

/** Ends what Colyseus's SDK would try by itself: tests come back by hand. */
function letGo(...all: readonly RawRoom[]): void {
  for (const { room } of all) room.reconnection.enabled = false;
}

describe("kill -9, and start again", { timeout: PROCESS_TIMEOUT_MS }, () => {
  test("the room goes on where the ledger left it, and players come back to their lanes", async () => {
    const { players, rooms: before, roomId } = await playing();
    const [one, two] = before;
    for (let i = 0; i < 5; i++) one.act("add", { by: 2 });
    two.act("add", { by: 7 });
    await Promise.all(before.map(sequenced));
    letGo(...before);
    await server.restart();
    expect(await rooms()).toMatchObject([{ roomId, players: 2 }]);
    const back = await comeBack(players[0], roomId, one.lane);
    expect(back.head).toEqual(one.head);
    await expect.poll(() => countOf(back, players[0])).toBe(10);
    expect(countOf(back, players[1])).toBe(7);
    back.act("add", { by: 1 });
    await sequenced(back);
    await expect.poll(() => countOf(back, players[0])).toBe(11);
    // And once more, with all that there is by now.
    letGo(back);
    await server.restart();
    const again = await comeBack(players[0], roomId, one.lane);
    expect(again.head).toEqual(back.head);
    await expect.poll(() => countOf(again, players[0])).toBe(11);
  });

  test("without a snapshot all of the log is replayed", async () => {
    const { players, rooms: before, roomId } = await playing({ settings: { snapshotMs: 1e9 } });
    before[0].act("add", { by: 3 });
    await sequenced(before[0]);
    letGo(...before);
    await server.restart();
    const { fields } = await server.logged("rooms are back");
    expect(fields).toMatchObject({ resumed: 1, lost: 0 });
    expect(fields.replayed).toBeGreaterThan(3);
    const back = await comeBack(players[0], roomId, before[0].lane);
    await expect.poll(() => countOf(back, players[0])).toBe(3);
  });

  test("a lane is its session's, and a ticket is good once", async () => {
    const { players, rooms: before, roomId } = await playing();
    letGo(...before);
    await server.restart();
    const [one, two] = before;
    await expect(players[1].resume(roomId, one.lane)).rejects.toThrow(/^LANE_ENDED/);
    await expect(players[1].resume(roomId, 99)).rejects.toThrow(/^LANE_ENDED/);
    const back = await comeBack(players[1], roomId, two.lane);
    expect(back.lane).toBe(two.lane);
    // From a second tab, so to say: the first connection is closed, the place stays.
    const again = await comeBack(players[1], roomId, two.lane);
    expect(await back.next("left")).toBe(4101);
    again.act("add", { by: 1 });
    await sequenced(again);
    expect(await rooms()).toMatchObject([{ players: 2 }]);
  });

  test("who doesn't come back loses the place in the end, and the room closes when it is empty", async () => {
    const { players, rooms: before, roomId } = await playing();
    letGo(...before);
    // Time enough for the one who does.
    await server.restart({ settings: { reconnectionSeconds: 5 } });
    const back = await comeBack(players[0], roomId, before[0].lane);
    await expect.poll(() => countOf(back, players[1])).toBeUndefined();
    expect(countOf(back, players[0])).toBe(0);
    letGo(back);
    await server.restart();
    await expect.poll(rooms).toEqual([]);
    // A kill could still come before the room's end is on disk; an orderly stop doesn't.
    await server.kill("SIGTERM");
    await server.start();
    expect(await rooms()).toEqual([]);
  });

  test("the game's time goes on from its last tick: it doesn't see the pause", async () => {
    const { players, rooms: before, roomId } = await playing();
    const stateOf = ({ room }: RawRoom) => room.state as { tick: number; clockMs: number };
    await expect.poll(() => stateOf(before[0]).tick).toBeGreaterThan(3);
    const { tick, clockMs } = stateOf(before[0]);
    letGo(...before);
    const killedMs = Date.now();
    await server.kill();
    await wait(PAUSE_MS);
    await server.start();
    const downMs = Date.now() - killedMs;
    const back = await comeBack(players[0], roomId, before[0].lane);
    await expect.poll(() => stateOf(back).tick).toBeGreaterThan(tick);
    // On the server's clock all of the pause would have passed.
    expect(stateOf(back).clockMs - clockMs).toBeLessThan(Date.now() - killedMs - downMs / 2);
  });

  test("GAME_CHANGED: a game that is declared otherwise can't go on, and its room is closed", async () => {
    const { players, rooms: before, roomId } = await playing();
    letGo(...before);
    await server.restart({ game: { seconds: 600, version: 2 } });
    const { fields } = await server.logged("a room can't go on and is closed");
    expect(fields).toMatchObject({ code: "GAME_CHANGED", name: roomId });
    expect(await rooms()).toEqual([]);
    await expect(players[0].resume(roomId, before[0].lane)).rejects.toThrow(/not found/);
    // The session is still there: it may join anew.
    await (await players[0].join()).leave();
  });
});
