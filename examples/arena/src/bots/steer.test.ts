import { expect, test } from "vitest";
import { ArenaState, Gem, Ship } from "../game/arena.ts";
import { steer } from "./steer.ts";

function arenaWith(
  ships: Record<string, { x: number; y: number }>,
  gems: [number, number, number][],
) {
  const state = new ArenaState();
  for (const [id, at] of Object.entries(ships)) state.ships.set(id, new Ship(at));
  for (const [nth, [x, y, value]] of gems.entries()) {
    state.gems.set(String(nth), new Gem({ x, y, value }));
  }
  return state;
}

test("steers to the gem that is worth most for its distance, and dashes when it is far", () => {
  const near = arenaWith({ a: { x: 100, y: 100 } }, [
    [150, 100, 1],
    [100, 900, 3],
  ]);
  expect(steer(near, "a")).toEqual({ dx: 1, dy: 0, dash: false });
  const far = arenaWith({ a: { x: 100, y: 100 } }, [[900, 800, 1]]);
  expect(steer(far, "a")).toEqual({ dx: 1, dy: 1, dash: true });
});

test("leaves to others what they will have first", () => {
  const state = arenaWith({ a: { x: 100, y: 100 }, b: { x: 190, y: 100 } }, [
    [200, 100, 1],
    [100, 250, 1],
  ]);
  expect(steer(state, "a")).toMatchObject({ dx: 0, dy: 1 });
  expect(steer(state, "b")).toMatchObject({ dx: 1, dy: 0 });
});

test("many in one place part", () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const ships = Object.fromEntries(ids.map((id) => [id, { x: 800, y: 450 }]));
  const around: [number, number, number][] = [
    [700, 450, 1],
    [900, 450, 1],
    [800, 350, 1],
    [800, 550, 1],
  ];
  const state = arenaWith(ships, around);
  const directions = ids.map((id) => JSON.stringify(steer(state, id)));
  expect(new Set(directions).size).toBeGreaterThan(2);
});

test("without a ship or a gem it stays", () => {
  expect(steer(arenaWith({}, []), "a")).toEqual({ dx: 0, dy: 0, dash: false });
  expect(steer(arenaWith({ a: { x: 5, y: 5 } }, []), "a")).toMatchObject({ dx: 0, dy: 0 });
});
