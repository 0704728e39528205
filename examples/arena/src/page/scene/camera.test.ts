import { expect, test } from "vitest";
import { rules } from "../../game/arena.ts";
import { placeCamera } from "./camera.ts";

test("a large screen shows all of the plane, in its middle, below the head", () => {
  const covered = { top: 60, right: 0 };
  const camera = placeCamera({ width: 1280, height: 900 }, { x: 0, y: 0 }, covered);
  expect(camera.x).toBeGreaterThan(0);
  expect(camera.x + rules.WIDTH * camera.scale).toBeCloseTo(1280 - camera.x);
  expect(camera.y).toBeGreaterThan(60);
  expect(camera).toEqual(placeCamera({ width: 1280, height: 900 }, { x: 800, y: 450 }, covered));
});

test("a phone's shows what is around the ship, and never much beyond the walls", () => {
  const screen = { width: 390, height: 844 };
  const middle = placeCamera(screen, { x: 800, y: 450 });
  expect(800 * middle.scale + middle.x).toBeCloseTo(195);
  const corner = placeCamera(screen, { x: 0, y: 0 });
  expect(corner.x).toBeGreaterThan(0);
  expect(corner.x).toBeLessThan(40);
  const other = placeCamera(screen, { x: rules.WIDTH, y: rules.HEIGHT });
  expect(rules.WIDTH * other.scale + other.x).toBeGreaterThan(390 - 40);
});

test("nothing of it is under the page's column, where there is one", () => {
  const camera = placeCamera({ width: 1280, height: 800 }, undefined, { top: 60, right: 230 });
  expect(rules.WIDTH * camera.scale + camera.x).toBeLessThan(1280 - 230);
});
