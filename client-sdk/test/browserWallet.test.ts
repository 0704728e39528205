import type { GameServer } from "@weft/rooms";
import { createWalletClient, custom } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient, createIdentity } from "../src/index.ts";
import { createWalletProvider } from "../testing/index.ts";
import { startServer } from "./startServer.ts";

let server: GameServer;
let url: string;

beforeAll(async () => {
  ({ server, url } = await startServer());
});
afterAll(() => server.stop());

test("a browser's wallet is told of the chain, signs an identity, and binds and deposits itself", async () => {
  const provider = createWalletProvider();
  const external = createWalletClient({
    account: provider.address,
    transport: custom(provider as never),
  });
  const client = createClient({ url });
  const { pass } = await client.faucet(provider.address);
  const identity = await createIdentity(external);
  const wallet = client.wallet(external);
  expect(wallet.address).toBe(provider.address.toLowerCase());
  await wallet.bindPass({ pass, identity });
  expect(provider.asked).toContain("wallet_addEthereumChain");
  // Each chain is one of the wallet's: it goes where a transaction is for.
  await wallet.depositToFastChain({ amountWei: 5n });
  await wallet.withdrawToZkChain({ amountWei: 2n });
  expect((await wallet.balances()).fastWei).toBe(3n);
  const added = provider.asked.filter((method) => method === "wallet_addEthereumChain");
  expect(added).toHaveLength(2);
});

test("TRANSACTION_REFUSED when the person says no", async () => {
  const provider = createWalletProvider();
  const refusing = {
    request: async (call: { method: string }) => {
      if (call.method.startsWith("wallet_")) throw Object.assign(new Error("no"), { code: 4001 });
      return provider.request(call);
    },
  };
  const external = createWalletClient({
    account: provider.address,
    transport: custom(refusing as never),
  });
  const client = createClient({ url });
  const { pass } = await client.faucet(provider.address);
  const identity = await createIdentity(external);
  await expect(client.wallet(external).bindPass({ pass, identity })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
  });
});
