import { expect, test } from "vitest";
import { dragToDirection, isSteeringKey, keysToDirection } from "./steering.ts";

test.each([
  [[], 0, 0],
  [["KeyW"], 0, -1],
  [["ArrowRight", "KeyS"], 1, 1],
  [["KeyA", "KeyD"], 0, 0],
  [["KeyA", "ArrowLeft"], -1, 0],
  [["KeyD", "Space"], 1, 0],
] as const)("keys %j steer to %d, %d", (keys, dx, dy) => {
  expect(keysToDirection(keys)).toEqual({ dx, dy });
});

test("only some keys steer", () => {
  expect(["KeyW", "ArrowUp", "Space", "toString"].map(isSteeringKey)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  [5, -8, 0, 0],
  [100, 0, 1, 0],
  [100, 20, 1, 0],
  [100, 60, 1, 1],
  [-70, -70, -1, -1],
  [3, 40, 0, 1],
])("a drag by %d, %d steers to %d, %d", (x, y, dx, dy) => {
  expect(dragToDirection(x, y)).toEqual({ dx, dy });
});
