import { silentLogger, startNode } from "@weft/node";
import type { Hex } from "@weft/protocol";
import { createWalletClient, http, publicActions } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { createGameServer } from "../src/createGameServer.ts";
import { createTally } from "./testGame.ts";

test("a game whose owner's key no server has is registered by the owner's wallet", async () => {
  const owner = privateKeyToAccount(generatePrivateKey());
  const node = await startNode({
    operatorKey: generatePrivateKey(),
    owner: owner.address,
    allowDevelopmentCircuits: true,
    rpc: { port: 0 },
    logger: silentLogger,
  });
  const games = { tally: createTally({ seconds: 1, minPlayers: 2 }) };
  try {
    const refused = await createGameServer({ games, node }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "GAME_NOT_REGISTERED" });
    // What the error tells is all that the wallet needs.
    const { to, data } = (refused as { details: { to: Hex; data: Hex } }).details;
    const transport = http(node.rpc.zkUrl);
    const wallet = createWalletClient({ account: owner, transport }).extend(publicActions);
    const hash = await wallet.sendTransaction({ to, data, chain: null });
    const { status } = await wallet.waitForTransactionReceipt({ hash, pollingInterval: 50 });
    expect(status).toBe("success");

    const giving = createGameServer({ games, node, faucet: true });
    await expect(giving).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    const server = await createGameServer({ games, node });
    const { url } = await server.listen(0);
    expect(await (await fetch(`${url}/weft`)).json()).toMatchObject({ faucet: false });
    await server.stop();
  } finally {
    await node.stop();
  }
});
