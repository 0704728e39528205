import { createGameInstance, SeededRandom } from "@weft/game";
import { hashOf, payoutOf } from "@weft/game/testing";
import { expect, test } from "vitest";
import { type ArenaState, arena } from "./game/arena.ts";
import { bot } from "./loadBot.ts";

const ACTIONS = 60;

function play(state: ArenaState | undefined, seed = 1) {
  const random = new SeededRandom(hashOf(seed));
  return Array.from({ length: ACTIONS }, (_, nth) =>
    bot({ client: 0, action: nth + 1, random, playerId: hashOf(7), state }),
  );
}

test("does what the arena takes, with and without the state, and the same for the same seed", () => {
  const game = createGameInstance(arena, { room: payoutOf(1), seed: hashOf(2) });
  game.join({ lane: 0, sessionId: hashOf(7), payout: payoutOf(3) });
  for (const state of [undefined, game.state]) {
    for (const next of play(state)) {
      const { action, input } = next ?? { action: "none" };
      const { input: schema } = arena.actions[action as keyof typeof arena.actions];
      expect(schema.safeParse(input).success).toBe(true);
    }
  }
  expect(play(undefined)).toEqual(play(undefined));
  expect(play(undefined)).not.toEqual(play(undefined, 2));
});
