import { setTimeout as wait } from "node:timers/promises";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { JoinedRoom } from "../src/index.ts";
import { predict } from "../src/predict/predict.ts";
import { SPEED, START, testGame } from "../src/predict/testGame.ts";
import { newPlayer, startServer } from "./startServer.ts";

let server: GameServer;
let url: string;

beforeAll(async () => {
  ({ server, url } = await startServer({ field: testGame }));
});
afterAll(() => server.stop());

type FieldRoom = JoinedRoom<typeof testGame>;

async function join(): Promise<{ room: FieldRoom; view: ReturnType<typeof createView> }> {
  const { client, account, pass } = await newPlayer(url);
  const session = await client.login({ wallet: account, pass, game: testGame });
  const room = await session.join(testGame);
  return { room, view: createView(room) };
}

/** Clock of all views; a test may put it forward. */
let aheadMs = 0;
const now = () => performance.now() + aheadMs;
beforeEach(() => {
  aheadMs = 0;
});

const createView = (room: FieldRoom) => predict(room, testGame, { now, angles: ["heading"] });

/** Draws frames until something is so. */
async function framesUntil(
  isSo: () => boolean,
  ...views: readonly { update(): void }[]
): Promise<void> {
  while (!isSo()) {
    await wait(16);
    for (const view of views) view.update();
  }
}

test("a real server: the own part answers before the server does, others see it, and all agree", async () => {
  const me = await join();
  const other = await join();
  const id = me.room.sessionId;
  const xIn = ({ state }: { state: FieldRoom["state"] }) => state.crafts.get(id)?.x ?? Number.NaN;
  await framesUntil(
    () => me.view.stats.isPredicting && other.view.state.crafts.size === 2,
    me.view,
    other.view,
  );

  me.view.act.move({ dx: 1, dy: 0 });
  // No time to hear from the server: nothing is awaited.
  aheadMs += 40;
  me.view.update();
  expect(xIn(me.view)).toBeGreaterThan(START);
  expect(xIn(me.room)).toBe(START);
  expect(me.view.stats.pendingActions).toBe(1);

  const isAhead = () =>
    me.view.stats.pendingActions === 0 &&
    xIn(me.room) > START + 10 * SPEED &&
    xIn(me.view) >= xIn(me.room);
  await framesUntil(isAhead, me.view, other.view);
  me.view.act.move({ dx: 0, dy: 0 });
  const isStill = () =>
    me.view.stats.pendingActions === 0 &&
    Math.abs(xIn(me.view) - xIn(me.room)) < 0.01 &&
    Math.abs(xIn(other.view) - xIn(me.room)) < 0.01;
  await framesUntil(isStill, me.view, other.view);
  expect(xIn(me.view)).toBeGreaterThan(START + 10 * SPEED);
  await Promise.all([me.room.leave(), other.room.leave()]);
});

test("after a connection that broke, stamps are asked for anew and the prediction goes on", async () => {
  const { room, view } = await join();
  await framesUntil(() => view.stats.isPredicting, view);
  const { knownTick } = view.stats;
  room.colyseus.connection.close();
  await framesUntil(() => room.status === "reconnecting", view);
  view.act.move({ dx: 1, dy: 0 });
  const isMoving = () =>
    room.status === "open" &&
    view.stats.pendingActions === 0 &&
    (room.state.crafts.get(room.sessionId)?.x ?? 0) > START;
  await framesUntil(isMoving, view);
  expect(view.stats.isPredicting).toBe(true);
  expect(view.stats.knownTick).toBeGreaterThan(knownTick);
  await room.leave();
});
