import { expect, test } from "vitest";
import { planBots } from "./planBots.ts";

const nowhere = [undefined, undefined, undefined, undefined];
const room = (players: number, phase: "lobby" | "playing" = "lobby", roomId = "a") => ({
  roomId,
  players,
  phase,
});

test("a room with one person in it is filled up", () => {
  expect(planBots([room(1)], nowhere, 4)).toEqual([
    { bot: 0, fly: "a" },
    { bot: 1, fly: "a" },
    { bot: 2, fly: "a" },
  ]);
  expect(planBots([room(3)], ["a", undefined, undefined, "a"], 4)).toEqual([{ bot: 1, fly: "a" }]);
});

test("a full room is left alone, and so is an empty server", () => {
  expect(planBots([room(4)], ["a", "a", "a", undefined], 4)).toEqual([]);
  expect(planBots([room(6)], nowhere, 4)).toEqual([]);
  expect(planBots([], nowhere, 4)).toEqual([]);
});

test("bots make way for people, though not in the middle of a round", () => {
  const three = ["a", "a", "a", undefined];
  expect(planBots([room(5, "playing")], three, 4)).toEqual([]);
  expect(planBots([room(5)], three, 4)).toEqual([{ bot: 2 }]);
});

test("bots that are by themselves go, whatever the room does", () => {
  expect(planBots([room(2, "playing")], ["a", "a", undefined], 4)).toEqual([
    { bot: 0 },
    { bot: 1 },
  ]);
});

test("bots that there are share themselves out among the rooms", () => {
  const moves = planBots([room(1), room(1, "lobby", "b")], nowhere, 4);
  expect(moves.map(({ fly }) => fly)).toEqual(["a", "a", "a", "b"]);
});
