import { AsyncLocalStorage } from "node:async_hooks";
import { once } from "node:events";
import { silentLogger } from "@weft/node";
import { ZERO_ADDRESS } from "@weft/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GameErrors } from "./gameErrors.ts";

// What vitest itself says of rejections that nobody waits for would be of those that this file is about.
const ofVitest = process.listeners("unhandledRejection");
beforeAll(() => {
  for (const listener of ofVitest) process.off("unhandledRejection", listener);
});
afterAll(() => {
  for (const listener of ofVitest) process.on("unhandledRejection", listener);
});

function createErrors(roomId: string) {
  const told: unknown[] = [];
  const logger = {
    ...silentLogger,
    warn: (_: string, details: unknown) => void told.push(details),
  };
  const errors = new GameErrors({
    logger,
    game: "tag",
    roomId,
    room: ZERO_ADDRESS,
    events: () => 1,
    nowMs: () => 0,
  });
  return { errors, told };
}

const forget = (message: string) => void Promise.reject(new Error(message));
const caught = () => once(process, "unhandledRejection");

test("a promise that game code forgot is told of in its room when it rejects", async () => {
  const [a, b] = [createErrors("a"), createErrors("b")];
  const rejected = caught();
  a.errors.run(() => b.errors.run(() => forget("of b")));
  await rejected;
  expect(a.told).toEqual([]);
  expect(b.told).toEqual([expect.objectContaining({ roomId: "b", message: "of b" })]);
});

test("so is one that game code began and that rejects later", async () => {
  const { errors, told } = createErrors("a");
  const rejected = caught();
  errors.run(() => void Promise.resolve().then(() => forget("later")));
  await rejected;
  expect(told).toEqual([expect.objectContaining({ message: "later" })]);
});

test("what game code returns and throws comes through, and whoever called is back where it was", () => {
  const { errors } = createErrors("a");
  const caller = new AsyncLocalStorage<string>();
  caller.run("the caller's", () => {
    expect(errors.run(() => 7)).toBe(7);
    const failure = new Error("failed");
    const failing = () => {
      throw failure;
    };
    expect(() => errors.run(failing)).toThrow(failure);
    expect(caller.getStore()).toBe("the caller's");
  });
});

test("a room keeps nothing of whoever made it", () => {
  const caller = new AsyncLocalStorage<string>();
  const { errors } = caller.run("the caller's", () => createErrors("a"));
  expect(errors.run(() => caller.getStore())).toBeUndefined();
});
