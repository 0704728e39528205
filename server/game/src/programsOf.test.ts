import type { CreateRoom, Hash, LedgerHeight } from "@weft/protocol";
import { expect, test } from "vitest";
import { gameHash } from "./gameHash.ts";
import { programsOf } from "./programsOf.ts";
import { sampleGame } from "./sampleGame.ts";

const seed: Hash = `0x${"07".repeat(32)}`;
const create = (hash: Hash): CreateRoom => ({
  room: `0x${"01".repeat(20)}`,
  name: "the room",
  game: sampleGame.name,
  gameHash: hash,
  seedHeight: 0 as LedgerHeight,
  seed,
});

test("a room gets the program that its game's hash names, and its own each time", () => {
  const programs = programsOf([sampleGame]);
  const [one, other] = [gameHash(sampleGame), gameHash(sampleGame)].map((h) => programs(create(h)));
  expect(one).toBeDefined();
  expect(one).not.toBe(other);
  expect(one?.stateHash()).toBe(other?.stateHash());
});

test("a game that isn't known, or isn't the same any more, has none", () => {
  const changed = { ...sampleGame, version: sampleGame.version + 1 };
  expect(programsOf([sampleGame])(create(gameHash(changed)))).toBeUndefined();
  expect(programsOf([])(create(gameHash(sampleGame)))).toBeUndefined();
});
