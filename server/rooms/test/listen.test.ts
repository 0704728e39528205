import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { silentLogger } from "@weft/node";
import { expect, test } from "vitest";
import { createGameServer } from "../src/createGameServer.ts";
import { createTally } from "./testGame.ts";

test("a port that is taken is LISTEN_FAILED, and the server can be stopped", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const { port } = blocker.address() as AddressInfo;
  const games = { tally: createTally({ seconds: 600, minPlayers: 3 }) };
  const server = await createGameServer({ games, rpc: { port: 0 }, logger: silentLogger });
  try {
    await expect(server.listen(port)).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      details: { host: "127.0.0.1", port },
    });
  } finally {
    await server.stop();
    blocker.close();
  }
});
