import { type AddressInfo, createServer } from "node:net";
import { timestampMs } from "@weft/protocol";
import { expect, test } from "vitest";
import type { ServerApi } from "../serverApi.ts";
import { createSession } from "./createSession.ts";
import { createSessionKey } from "./sessionKey.ts";

const info = { fastChainId: 5701 } as Awaited<ReturnType<ServerApi["info"]>>;
const game = { name: "tally", state: class {}, actions: {} };

/** A session whose server's clock stands where the test puts it, at an address without a server. */
async function setUp(nowMs: number, expiresAtMs: number) {
  const loggedOut: { issuedAtMs: number }[] = [];
  const api = {
    info: async () => info,
    logout: async (body: unknown) => void loggedOut.push(body as { issuedAtMs: number }),
  } as unknown as ServerApi;
  const signer = await createSessionKey();
  const session = createSession(
    {
      sessionId: `0x${"11".repeat(32)}`,
      grant: {
        sessionKey: signer.publicKey,
        game: game.name,
        payout: `0x${"22".repeat(20)}`,
        expiresAtMs: timestampMs(expiresAtMs),
      },
      signer,
      info,
    },
    { url: await deadUrl(), api, clock: { nowMs: () => timestampMs(nowMs), set: () => {} } },
  );
  return { session, loggedOut };
}

/** A port that was free a moment ago. */
async function deadUrl(): Promise<URL> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return new URL(`http://127.0.0.1:${port}`);
}

test("SESSION_EXPIRED by the server's clock, whatever this machine's says", async () => {
  const { session } = await setUp(2000, 2000);
  await expect(session.join(game)).rejects.toMatchObject({ code: "SESSION_EXPIRED" });
});

test("SESSION_WRONG_GAME", async () => {
  const { session } = await setUp(1000, 2000);
  const other = { ...game, name: "other" };
  await expect(session.join(other)).rejects.toMatchObject({ code: "SESSION_WRONG_GAME" });
});

test("SERVER_UNREACHABLE when nobody takes the join", async () => {
  const { session } = await setUp(1000, 2000);
  await expect(session.join(game)).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
});

test("what a session signs is later each time, even within a millisecond", async () => {
  const { session, loggedOut } = await setUp(1000, 2000);
  await session.logout();
  await session.logout();
  expect(loggedOut.map(({ issuedAtMs }) => issuedAtMs)).toEqual([1000, 1001]);
});
