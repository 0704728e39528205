import { expect, test } from "vitest";
import { createTally } from "../test/testGame.ts";
import { WeftRoom } from "./room/WeftRoom.ts";
import { checkGames, parsePublicUrl, roomSettings, serverDomains } from "./settings.ts";

const invalid = expect.objectContaining({ code: "OPTIONS_INVALID" });

test("settings have defaults, and refuse what isn't a time", () => {
  expect(roomSettings({ sealGraceMs: 1 })).toMatchObject({ sealGraceMs: 1, patchRateMs: 50 });
  expect(() => roomSettings({ sealTimeoutMs: -1 })).toThrow(invalid);
  expect(() => roomSettings({ checkpointMs: Number.NaN })).toThrow(invalid);
  expect(() => roomSettings({ patchRateMs: 0 })).toThrow(invalid);
});

test("games go by their own names", () => {
  const tally = createTally();
  checkGames({ games: { tally }, rooms: { tally: WeftRoom } });
  expect(() => checkGames({ games: {} })).toThrow(invalid);
  expect(() => checkGames({ games: { other: tally } })).toThrow(invalid);
  expect(() => checkGames({ games: { tally }, rooms: { other: WeftRoom } })).toThrow(invalid);
});

test("a server goes by its public name, or by what loopback is called", () => {
  expect([...serverDomains("https://play.example.com/x", 1)]).toEqual(["play.example.com"]);
  expect([...serverDomains(undefined, 99)]).toEqual(["localhost:99", "127.0.0.1:99", "[::1]:99"]);
  expect(() => parsePublicUrl("play.example.com")).toThrow(invalid);
  expect(() => parsePublicUrl("ws://play.example.com")).toThrow(invalid);
});
