import { expect, test } from "vitest";
import { ArenaState, Gem, Ship } from "../../game/arena.ts";
import { SceneEvents } from "./sceneEvents.ts";

function scene() {
  const state = new ArenaState();
  state.phase = "playing";
  state.ships.set("a", new Ship({ x: 100, y: 100 }));
  state.ships.set("b", new Ship({ x: 900, y: 500 }));
  state.gems.set("1", new Gem({ x: 110, y: 100, value: 3 }));
  const events = new SceneEvents();
  events.next(state);
  return { state, events };
}
const shipOf = (state: ArenaState, id: string) => state.ships.get(id) as Ship;

test("nothing happens where nothing has changed", () => {
  const { state, events } = scene();
  shipOf(state, "a").x += 6;
  expect(events.next(state)).toEqual([]);
});

test("a gem that is gone was picked up by who is there", () => {
  const { state, events } = scene();
  state.gems.delete("1");
  state.gems.set("2", new Gem({ x: 700, y: 700, value: 1 }));
  expect(events.next(state)).toEqual([
    { type: "pickup", x: 110, y: 100, value: 3, by: "a" },
    { type: "drop", x: 700, y: 700 },
  ]);
});

test("a gem that was far from everybody was nobody's", () => {
  const { state, events } = scene();
  shipOf(state, "a").x = 600;
  state.gems.delete("1");
  expect(events.next(state)).toEqual([]);
});

test("a dash begins, and a hit has a victim and who did it", () => {
  const { state, events } = scene();
  shipOf(state, "a").dashTicks = 6;
  expect(events.next(state)).toEqual([{ type: "dash", x: 100, y: 100, by: "a" }]);
  shipOf(state, "a").dashTicks = 0;
  shipOf(state, "a").hits = 1;
  shipOf(state, "b").stunTicks = 20;
  expect(events.next(state)).toEqual([{ type: "hit", x: 900, y: 500, victim: "b", by: "a" }]);
  shipOf(state, "b").stunTicks = 19;
  expect(events.next(state)).toEqual([]);
});

test("a new round sweeps its gems in without a sound", () => {
  const { state, events } = scene();
  state.phase = "countdown";
  state.gems.clear();
  expect(events.next(state)).toEqual([{ type: "phase", phase: "countdown" }]);
});
