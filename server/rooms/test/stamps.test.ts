import { Message, type StateStamp } from "@weft/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

let test1: TestServer;

beforeAll(async () => {
  test1 = await startServer({ games: { tally: createTally({ seconds: 600, minPlayers: 2 }) } });
});
afterAll(() => test1?.server.stop());

type TallyState = {
  readonly tick: number;
  readonly clockMs: number;
  readonly counts: ReadonlyMap<string, number>;
};

const want = ({ room }: RawRoom) => room.sendBytes(Message.wantStamps, new Uint8Array());
const stampsOf = ({ received }: RawRoom) => received.filter(({ type }) => type === "stamp");

/** Resolves with the first patch that fits, and the stamp that came before it. */
function patch(
  { room, received }: RawRoom,
  fits: (state: TallyState) => boolean,
): Promise<{ stamp: StateStamp; state: TallyState }> {
  return new Promise((resolve) => {
    room.onStateChange((state: TallyState) => {
      const last = received.at(-1);
      if (last?.type === "stamp" && fits(state)) resolve({ stamp: last.body, state });
    });
  });
}

test("a stamp says what the patch after it shows: ticks, clock, the player's frames, the round", async () => {
  const player = await RawPlayer.create(test1.url);
  const room = await player.join();
  want(room);
  const countOf = (state: TallyState) => state.counts.get(player.sessionId);
  const shown = patch(room, (state) => countOf(state) === 5);
  room.act("add", { by: 2 });
  room.act("add", { by: 3 });
  const { stamp, state } = await shown.then(({ stamp, state: { tick, clockMs } }) => ({
    stamp,
    state: { tick, clockMs },
  }));
  const [tick, tickMs, sinceTickMs, applied, sinceFrameMs, ticksLeft] = stamp;
  expect({ tick, clockMs: tickMs }).toEqual(state);
  expect(applied).toBe(2);
  expect(sinceTickMs).toBeGreaterThanOrEqual(0);
  expect(sinceFrameMs).toBeGreaterThanOrEqual(0);
  expect(ticksLeft).toBeNull();

  const other = await (await RawPlayer.create(test1.url)).join(room.room.roomId);
  await room.next("round", ({ phase }) => phase === "opened");
  const left = await room.next("stamp", ([, , , , , ticks]) => ticks !== null);
  expect(left[5]).toBeGreaterThan(0);
  // Who didn't ask is told nothing.
  expect(stampsOf(other)).toEqual([]);
  await Promise.all([room.leave(), other.leave()]);
});

test("a new connection has asked for nothing", async () => {
  const room = await (await RawPlayer.create(test1.url)).join();
  want(room);
  await room.next("stamp");
  room.room.connection.close();
  room.received.length = 0;
  await room.next("welcome");
  room.received.length = 0;
  room.act("add", { by: 1 });
  room.seal();
  await room.next("finality", ({ sealed }) => sealed === 1);
  expect(stampsOf(room)).toEqual([]);
  want(room);
  await room.next("stamp");
  await room.leave();
});
