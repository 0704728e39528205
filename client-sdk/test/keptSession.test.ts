import { tally } from "@weft/game/testing";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient, type KeptSession } from "../src/index.ts";
import { logIn, newPlayer, startServer } from "./startServer.ts";

let server: GameServer;
let url: string;

beforeAll(async () => {
  ({ server, url } = await startServer());
});
afterAll(() => server.stop());

test("a session that was kept plays on in another page, in the same room", async () => {
  const session = await logIn(await newPlayer(url));
  const before = await session.join(tally);
  const replaced = new Promise<{ code: number }>((resolve) => before.onLeave(resolve));
  const restored = await createClient({ url }).restoreSession(session.keep());
  expect(restored).toMatchObject({ id: session.id, game: "tally", payout: session.payout });
  const room = await restored.join(tally, { roomId: before.id });
  expect(room.id).toBe(before.id);
  expect(await replaced).toMatchObject({ code: 4101 });
  const { seq } = room.act.add({ n: 2 });
  await room.waitForFinality(seq, "sequenced");
  room.seal();
  await room.waitForFinality(seq, "sealed");
  await room.leave();
  await restored.logout();
});

test("its key can't be read out", async () => {
  const session = await logIn(await newPlayer(url));
  const { privateKey } = session.keep();
  await expect(crypto.subtle.exportKey("pkcs8", privateKey)).rejects.toThrow();
  await session.logout();
});

test("SESSION_EXPIRED, and OPTIONS_INVALID for what was never kept", async () => {
  const client = createClient({ url });
  const session = await logIn(await newPlayer(url));
  const kept = session.keep();
  const expired = { ...kept, grant: { ...kept.grant, expiresAtMs: 1 } } as KeptSession;
  await expect(client.restoreSession(expired)).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
  const wrong = [undefined, {}, { ...kept, privateKey: "a key" }] as unknown as KeptSession[];
  for (const one of wrong) {
    await expect(client.restoreSession(one)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
  }
  await session.logout();
});
