import { schema, t } from "@colyseus/schema";
import type { CreateRoom, Hash, LedgerHeight } from "@weft/protocol";
import { expect, test } from "vitest";
import { createGameInstance } from "./createGameInstance.ts";
import { defineGame } from "./defineGame.ts";
import { gameHash } from "./gameHash.ts";
import { programsOf } from "./programsOf.ts";
import { sampleGame } from "./sampleGame.ts";
import { withCode } from "./withCode.ts";

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

test("what a guard stopped halfway in development is stopped there in a replay, too", () => {
  const Dice = schema({ thrown: t.uint32().default(0), sum: t.float64().default(0) }, "Dice");
  const dice = defineGame({
    name: "dice",
    state: Dice,
    tickRateHz: 10,
    actions: {},
    tick({ state }) {
      state.thrown++;
      state.sum += Math.random();
    },
  });
  const program = withCode(dice, `0x${"0c".repeat(32)}`);
  const room = create(gameHash(program));
  const told: string[] = [];
  const onError = ({ code }: { readonly code: string }) => told.push(code);
  const played = createGameInstance(program, { room: room.room, seed, onError });
  const replayed = programsOf([program])(room);
  for (const instance of [played, replayed]) instance?.tick(100);
  expect(told).toEqual(["HOOK_FAILED"]);
  expect(played.state.toJSON()).toMatchObject({ thrown: 1, sum: 0 });
  expect(replayed?.stateHash()).toBe(played.stateHash());
});
