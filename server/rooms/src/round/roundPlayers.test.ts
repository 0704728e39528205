import { MAX_PLAYERS_PER_ROUND, playerIdOf } from "@weft/contracts";
import { MAX_ROUND_PLAYERS, type SessionKey } from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { describe, expect, test } from "vitest";
import { MINTS_PER_DAY } from "../limits.ts";
import { gameCapsOf } from "./gameCaps.ts";
import { createRoundPlayers } from "./roundPlayers.ts";

const playersOf = (keys: readonly SessionKey[], present = [...keys.keys()]) =>
  createRoundPlayers(
    keys.map((sessionKey) => ({ sessionKey })),
    present,
  );
const keysOf = (count: number) => Array.from({ length: count }, () => testSessionKey().sessionKey);

describe("a round's players", () => {
  test("are in the contract's order, and know their places", () => {
    const keys = keysOf(5);
    const players = playersOf(keys);
    expect(players.ids).toEqual(keys.map(playerIdOf).sort());
    for (const key of keys) expect(players.ids[players.indexOf(key) ?? -1]).toBe(playerIdOf(key));
    expect(players.indexOf(testSessionKey().sessionKey)).toBeUndefined();
  });

  test("count once with a key that two sessions share, which the contract would refuse", () => {
    const [one, two] = keysOf(2) as [`0x${string}`, `0x${string}`];
    const players = playersOf([one, two, one]);
    expect(players.ids).toHaveLength(2);
    expect(players.lanes).toEqual([0, 1]);
  });

  test("are those who are there, by their lanes", () => {
    const keys = keysOf(4);
    const players = playersOf(keys, [3, 1]);
    expect(players.lanes).toEqual([1, 3]);
    expect(players.indexOf(keys[0] ?? "0x")).toBeUndefined();
    // What the ledger has of them is enough to know them again.
    expect(playersOf(keys, [...players.lanes]).ids).toEqual(players.ids);
  });

  test("are as many as the contract takes: the first ones", () => {
    expect(MAX_ROUND_PLAYERS).toBe(MAX_PLAYERS_PER_ROUND);
    const keys = keysOf(MAX_PLAYERS_PER_ROUND + 3);
    const players = playersOf(keys);
    expect(players.ids).toHaveLength(MAX_PLAYERS_PER_ROUND);
    expect(players.indexOf(keys[0] ?? "0x")).toBeDefined();
    expect(players.indexOf(keys.at(-1) ?? "0x")).toBeUndefined();
  });
});

test("a game's caps are what it says, or half of its prizes unsigned", () => {
  expect(gameCapsOf({ seconds: 1, maxMints: 3 })).toEqual({
    maxCap: 3,
    capWithoutQuorum: 2,
    mintsPerDay: MINTS_PER_DAY,
  });
  const caps = { seconds: 1, maxMints: 3, maxMintsWithoutQuorum: 0, maxMintsPerDay: 7 };
  expect(gameCapsOf(caps)).toEqual({ maxCap: 3, capWithoutQuorum: 0, mintsPerDay: 7 });
});
