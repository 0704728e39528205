import { assertDeterministic, createTestRoom, playRound } from "@weft/testing";
import { expect, test } from "vitest";
import { Coin, FIELD, game } from "./game.ts";

test("a digger steps, and stays on the field", () => {
  const room = createTestRoom(game);
  const ada = room.join();
  for (let step = 0; step < FIELD; step++) ada.act.step({ dx: 1, dy: 1 });
  expect(room.state.diggers.get(ada.id)).toMatchObject({ x: FIELD - 1, y: FIELD - 1 });
  expect(ada.try("step", { dx: 5, dy: 0 })).toMatchObject({ code: "INPUT_REFUSED" });
});

test("whoever steps on a coin has it", () => {
  const room = createTestRoom(game, { players: 2 });
  const [ada] = room.players;
  const digger = room.state.diggers.get(ada?.id ?? "");
  const { x = 0, y = 0 } = digger ?? {};
  room.state.coins.push(new Coin({ x, y }));
  ada?.act.step({ dx: 0, dy: 0 });
  expect(digger?.coins).toBe(1);
  expect(room.state.coins).toHaveLength(0);
});

test("a round crowns the best, and goes the same way again", () => {
  const { room, report } = playRound(game, {
    players: 3,
    bot: (player, _room, random) => {
      player.act.step({ dx: random.int(-1, 1), dy: random.int(-1, 1) });
    },
  });
  expect(report.mints).toMatchObject([{ item: "crown", player: { inRoom: true } }]);
  assertDeterministic(game, room.recording());
});
