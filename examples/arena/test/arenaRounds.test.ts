import { assertDeterministic, createTestRoom, playRound, type TestBotOf } from "@weft/testing";
import { expect, test } from "vitest";
import { steer } from "../src/bots/steer.ts";
import { type Arena, createArena } from "../src/game/arena.ts";

/** A short round is enough for prizes. */
const arena = createArena({ roundSeconds: 6 });

/** Steers as the demo's bots do, now and then. */
const bot: TestBotOf<Arena> = (player, { state }, random) => {
  if (random.chance(0.7)) return;
  const { dx, dy, dash } = steer(state, player.id);
  player.act.move({ dx, dy });
  if (dash) player.act.dash();
};

test.each([1, 2, 3])("round %i, played by bots, goes the same way again", (seed) => {
  const { room, report } = playRound(arena, { players: 2 + seed, seed, bot });
  const [crown] = report.mints;
  expect(crown).toMatchObject({ item: "crown", player: { inRoom: true } });
  const { players } = report.results as { players: { place: number; id: string; score: number }[] };
  expect(players.map(({ place }) => place)).toEqual(players.map((_, index) => index + 1));
  expect(players[0]).toMatchObject({ id: crown?.player?.id, score: expect.any(Number) });
  expect(players[0]?.score).toBeGreaterThan(0);
  assertDeterministic(createArena({ roundSeconds: 6 }), room.recording());
});

test("a server that crashes in mid-round changes nothing", () => {
  const play = (crashes: boolean) => {
    const room = createTestRoom(arena, { players: 4, seed: 5 });
    room.openRound();
    room.play(bot, { ticks: 90 });
    if (crashes) room.restart();
    room.play(bot);
    return { report: room.finishRound().results, hash: room.stateHash() };
  };
  expect(play(true)).toEqual(play(false));
});

test("whoever leaves in a round wins nothing, and the others play on", () => {
  const room = createTestRoom(arena, { players: 3, seed: 8 });
  room.openRound();
  room.play(bot, { ticks: 100 });
  const best = room.report().mints[0]?.player;
  best?.leave("disconnected");
  const { mints } = room.finishRound();
  expect(mints.map(({ player }) => player)).not.toContain(best);
  expect(mints.length).toBeGreaterThan(0);
});
