import { expect, expectTypeOf, test } from "vitest";
import { createTestRoom } from "./createTestRoom.ts";
import { playRound } from "./playRound.ts";
import { createRace, race } from "./testGame.ts";
import type { TestPlayerOf, TestRoomOf } from "./types.ts";

type Player = TestPlayerOf<typeof race>;

const refusal = (code: string) => expect.objectContaining({ code });

function twoPlayers(options: { onGameError?: () => void } = {}) {
  const room: TestRoomOf<typeof race> = createTestRoom(race, options);
  const ada: Player = room.join();
  const bob: Player = room.join();
  return { room, ada, bob };
}

test("players act, typed by the game, and the state follows", () => {
  const { room, ada, bob } = twoPlayers();
  ada.act.run({ steps: 2 });
  bob.act.mark("hi");
  expect(room.state.runners.get(ada.id)?.x).toBeGreaterThanOrEqual(2);
  expect(room.state.pot).toBe(5n);
  expectTypeOf(ada.act.run).parameters.toEqualTypeOf<[input: { steps: number }]>();
  expect(room.players).toEqual([ada, bob]);
  expect(new Set([ada.id, bob.id, ada.payout, bob.payout]).size).toBe(4);
});

test("what the game refuses is an error of the test, unless it is only tried", () => {
  const { room, ada } = twoPlayers();
  expect(() => ada.act.run({ steps: 9 })).toThrow(refusal("ACTION_REFUSED"));
  expect(ada.try("run", { steps: 9 })).toMatchObject({ applied: false, code: "INPUT_REFUSED" });
  expect(ada.try("fly")).toMatchObject({ code: "ACTION_UNKNOWN" });
  expect(() => ada.act.trip()).toThrow(refusal("ACTION_FAILED"));
  expect(ada.try("trip")).toMatchObject({ code: "ACTION_FAILED" });
  expect(room.gameErrors).toHaveLength(2);
});

test("time passes by ticks, at the game's rate", () => {
  const { room } = twoPlayers();
  room.tick();
  const first = room.nowMs;
  room.tick(10);
  expect(room.nowMs - first).toBe(1000);
  expect(room.tickUntil(() => room.state.ticks === 20)).toBe(9);
  expect(() => room.tickUntil(() => false, { maxTicks: 3 })).toThrow(refusal("TICKS_EXHAUSTED"));
});

test("what hooks throw ends the test, or is told", () => {
  expect(() => twoPlayers().room.tick(100)).toThrow(refusal("HOOK_FAILED"));
  let told = 0;
  const { room } = twoPlayers({ onGameError: () => told++ });
  room.tick(100);
  expect([told, room.gameErrors.length]).toEqual([1, 1]);
});

test("who leaves is gone; who joins has another lane", () => {
  const { room, ada, bob } = twoPlayers();
  ada.leave("disconnected");
  expect([ada.inRoom, room.players]).toEqual([false, [bob]]);
  expect(() => ada.act.run({ steps: 1 })).toThrow(refusal("PLAYER_GONE"));
  expect(() => ada.leave()).toThrow(refusal("PLAYER_GONE"));
  expect(room.join().lane).toBe(2);
  room.join();
  room.join();
  expect(() => room.join()).toThrow(refusal("ROOM_FULL"));
});

test("a round ends with its report, which says whose the prizes are", () => {
  const { room, ada, bob } = twoPlayers();
  expect(() => room.report()).toThrow(refusal("ROUND_INVALID"));
  room.openRound();
  bob.act.run({ steps: 3 });
  expect(room.report().mints).toEqual([{ to: bob.payout, item: "crown", player: bob }]);
  expect(room.round).toMatchObject({ cap: 1, ticksLeft: 10 });
  const report = room.finishRound();
  expect(report.results).toEqual({ far: [0, room.state.runners.get(bob.id)?.x] });
  expect(room.round).toBeUndefined();
  expect(room.state.ticks).toBe(10);

  room.openRound({ cap: 0 });
  expect(() => room.finishRound()).toThrow(refusal("REPORT_OVER_CAP"));
  room.voidRound();
  room.openRound();
  ada.act.stop();
  expect(room.tickUntil(() => room.round?.over === true)).toBe(0);
});

test("a room that is saved and made again goes on as if nothing had happened", () => {
  const play = (restarts: boolean) => {
    const { room, ada } = twoPlayers();
    room.openRound();
    for (let turn = 0; turn < 5; turn++) {
      ada.act.run({ steps: 1 });
      if (restarts) room.restart();
      room.tick();
    }
    return room;
  };
  expect(play(true).stateHash()).toBe(play(false).stateHash());
  expect(play(true).recording()).toEqual(play(false).recording());
});

test("a state that a test changed has no recording", () => {
  const { room, ada } = twoPlayers();
  ada.act.run({ steps: 1 });
  expect(room.recording().steps).toHaveLength(3);
  const runner = room.state.runners.get(ada.id);
  if (runner !== undefined) runner.x = 50;
  expect(() => room.recording()).toThrow(refusal("STATE_CHANGED_OUTSIDE"));
});

test("a whole round is played by bots, the same for the same seed", () => {
  const play = (seed: number) =>
    playRound(race, {
      players: 3,
      seed,
      bot: (player, _room, random) => player.act.run({ steps: random.int(1, 3) }),
    });
  const { room, report } = play(4);
  expect(room.players).toHaveLength(3);
  expect(report.mints).toHaveLength(1);
  expect(room.state.runners.get(room.players[0]?.id ?? "")?.log).toHaveLength(10);
  expect(play(4).room.stateHash()).toBe(room.stateHash());
  expect(play(5).room.stateHash()).not.toBe(room.stateHash());
  expect(playRound(createRace()).report.mints).toHaveLength(1);
});
