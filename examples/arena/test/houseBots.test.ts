import { setTimeout as wait } from "node:timers/promises";
import { createClient } from "@weft/client-sdk";
import { createGameServer, type GameServer } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runHouseBots } from "../src/bots/houseBots.ts";
import { type Bot, startBot } from "../src/bots/startBot.ts";
import { createArena } from "../src/game/arena.ts";

const quiet = { debug() {}, info() {}, warn() {}, error: console.error };
/** A proof on cores that others use as well. */
const TIMEOUT_MS = 300_000;

const arena = createArena({ roundSeconds: 6 });
let server: GameServer;
let url: string;
let bot: Bot;

beforeAll(async () => {
  const settings = { ...PATIENT_SETTINGS, startDelayMs: 50 };
  server = await createGameServer({ games: { arena }, rpc: { port: 0 }, logger: quiet, settings });
  ({ url } = await server.listen(0));
  bot = startBot("Ada", { onProgress() {}, onLogin() {} });
  await bot.setUp({ url });
  await bot.bind();
}, TIMEOUT_MS);
afterAll(async () => {
  await bot?.stop();
  await server?.stop();
});

test("who comes alone finds a bot to play a round with, which leaves after them", {
  timeout: TIMEOUT_MS,
}, async () => {
  const client = createClient({ url });
  const account = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(account.address);
  const session = await client.login({ wallet: account, pass, game: arena });
  const room = await session.join(arena);
  const ending = new AbortController();
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const running = runHouseBots({ server, bots: [bot], fill: 2, onError }, ending.signal);
  // On a busy machine a round may be over before the bot has come to a gem.
  let round = await room.nextRound({ phase: "reported" });
  while (round.minted.length === 0) round = await room.nextRound({ phase: "reported" });
  // The one who moved has the crown: it is on the market now, or about to be.
  expect(round).toMatchObject({ coSigned: 2, minted: [{ item: "crown" }] });
  while ((await client.wallet(account).listings()).length === 0) await wait(100);
  await room.leave();
  while (server.rooms().length > 0) await wait(100);
  // The bot is told of it after the server knows.
  await expect.poll(async () => (await bot.where()).roomId).toBeUndefined();
  ending.abort();
  await running;
  expect(errors).toEqual([]);
});
