import { createTally, ServerProcess } from "@weft/rooms/testing";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { createClient, type JoinedRoom, type JoinRoomOptions } from "../src/index.ts";

const tally = createTally();
type TallyRoom = JoinedRoom<typeof tally>;

const PROCESS_TIMEOUT_MS = 600_000;

let server: ServerProcess;
beforeEach(async () => {
  // Colyseus's SDK says on the console that it reconnects.
  vi.spyOn(console, "info").mockImplementation(() => {});
  server = await ServerProcess.start({
    game: { seconds: 600 },
    settings: { snapshotMs: 0, checkpointMs: 50 },
    standby: true,
  });
}, PROCESS_TIMEOUT_MS);
afterEach(() => server.remove(), PROCESS_TIMEOUT_MS);

async function join(options: JoinRoomOptions = {}): Promise<TallyRoom> {
  const client = createClient({ url: server.url });
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(wallet.address);
  const session = await client.login({ wallet, pass, game: tally });
  return session.join(tally, options);
}

const countOf = ({ state, sessionId }: TallyRoom) => state.counts.get(sessionId);

/** What the room says of its connection, in order. */
function statusesOf(room: TallyRoom): string[] {
  const statuses: string[] = [];
  room.onStatus((status) => statuses.push(status));
  return statuses;
}

describe("the server is killed and started again", { timeout: PROCESS_TIMEOUT_MS }, () => {
  test("and the room goes on: what wasn't on disk is sent again, once, and what was done meanwhile too", async () => {
    const room = await join();
    const statuses = statusesOf(room);
    const errors = new Set<string>();
    room.onError(({ code }) => errors.add(code));
    for (let i = 0; i < 50; i++) room.act.add({ by: 1 });
    await room.waitForFinality(25, "applied");
    const killed = server.kill();
    for (let i = 0; i < 50; i++) room.act.add({ by: 1 });
    await killed;
    await expect.poll(() => room.status).toBe("reconnecting");
    for (let i = 0; i < 50; i++) room.act.add({ by: 1 });
    const { lane, colyseus } = room;
    await server.start();
    await room.waitForFinality(150, "sealed");
    await room.waitForState((state) => state.counts.get(room.sessionId) === 150);
    expect(room).toMatchObject({ lane, status: "open" });
    expect(room.colyseus).not.toBe(colyseus);
    // That the connection broke may be said; nothing else.
    errors.delete("CONNECTION_ERROR");
    expect(errors).toEqual(new Set());
    expect(statuses.at(-1)).toBe("open");
    // And again: by now the lane isn't new any more.
    await server.restart();
    const { seq } = room.act.add({ by: 1 });
    await room.waitForFinality(seq, "sequenced");
    await expect.poll(() => countOf(room)).toBe(151);
    await room.leave();
  });

  test("and whoever comes back too late is told so", async () => {
    const room = await join();
    const other = await join({ roomId: room.id, resumeForMs: 1 });
    const left = new Promise<{ code: number; error?: unknown }>((end) => other.onLeave(end));
    await server.kill();
    expect(await left).toMatchObject({ code: 4003, error: { code: "SERVER_UNREACHABLE" } });
    expect(() => other.act.add({ by: 1 })).toThrow(expect.objectContaining({ code: "ROOM_LEFT" }));
    const ended = new Promise<{ code: number; error?: unknown }>((end) => room.onLeave(end));
    // The game is another one now: its rooms can't go on.
    await server.start({ game: { seconds: 600, version: 2 } });
    expect(await ended).toMatchObject({ code: 4003, error: { code: "JOIN_REFUSED" } });
  });
});

test(
  "a server that is stopped for a moment says so, and everybody comes back",
  async () => {
    const room = await join();
    const statuses = statusesOf(room);
    room.act.add({ by: 3 });
    await server.kill("SIGTERM");
    await expect.poll(() => statuses).toEqual(["reconnecting"]);
    await server.start();
    await expect.poll(() => room.status).toBe("open");
    await room.waitForState((state) => state.counts.get(room.sessionId) === 3);
    await room.leave();
  },
  PROCESS_TIMEOUT_MS,
);
