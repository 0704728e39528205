import { contractAddresses, gamePassAbi } from "@weft/contracts";
import { ZERO_ADDRESS } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIdentity } from "../src/index.ts";
import { newPlayer, type Player, startServer } from "./startServer.ts";

let server: GameServer;
let alice: Player;
let bob: Player;

beforeAll(async () => {
  const started = await startServer();
  server = started.server;
  [alice, bob] = await Promise.all([newPlayer(started.url), newPlayer(started.url)]);
});
afterAll(() => server.stop());

test("value crosses to the fast chain, moves there, and crosses back", async () => {
  const there = await alice.wallet.depositToFastChain({ amountWei: 1000n });
  expect(there.ms).toBeGreaterThan(0);
  expect((await alice.wallet.balances()).fastWei).toBe(1000n);

  await alice.wallet.transferFast({ to: bob.wallet.address, amountWei: 400n });
  expect((await alice.wallet.balances()).fastWei).toBe(600n);
  expect((await bob.wallet.balances()).fastWei).toBe(400n);

  const before = await bob.wallet.balances();
  const back = await bob.wallet.withdrawToZkChain({ amountWei: 100n });
  const after = await bob.wallet.balances();
  expect(after.zkWei - before.zkWei).toBe(100n);
  expect(before.fastWei - after.fastWei).toBe(100n);
  const receipt = await bob.client.zk.getTransactionReceipt({ hash: back.zkTransactionHash });
  expect(receipt.status).toBe("success");
});

test("deposits and withdrawals at one time each find their own arrival", async () => {
  const { wallet } = alice;
  const deposits = await Promise.all(
    [1n, 1n, 2n].map((amountWei) =>
      wallet.depositToFastChain({ amountWei, recipient: bob.wallet.address }),
    ),
  );
  expect(new Set(deposits.map(({ fastTransactionHash }) => fastTransactionHash)).size).toBe(3);
  await wallet.depositToFastChain({ amountWei: 10n });
  const recipient = "0x00000000000000000000000000000000000000b0";
  const amounts = [1n, 2n, 3n];
  const withdrawals = await Promise.all(
    amounts.map((amountWei) => wallet.withdrawToZkChain({ amountWei, recipient })),
  );
  expect(new Set(withdrawals.map(({ zkTransactionHash }) => zkTransactionHash)).size).toBe(3);
  expect(await alice.client.zk.getBalance({ address: recipient })).toBe(6n);
});

test("TRANSACTION_REFUSED with the chain's code for more than there is", async () => {
  const amountWei = 10n ** 30n;
  await expect(alice.wallet.withdrawToZkChain({ amountWei })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
    details: { code: "INSUFFICIENT_BALANCE" },
  });
  const to = bob.wallet.address;
  await expect(alice.wallet.transferFast({ to, amountWei })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
    details: { code: "INSUFFICIENT_BALANCE" },
  });
  // a refused one leaves no gap: the next goes through
  await alice.wallet.transferFast({ to, amountWei: 1n });
});

test("TRANSACTION_REFUSED with the contract's error for what a contract refuses", async () => {
  await expect(alice.wallet.depositToFastChain({ amountWei: 0n })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
    details: { errorName: "ZeroAmount" },
  });
  const buy = bob.wallet.buy({ listingId: 99n, price: 1n });
  await expect(buy).rejects.toMatchObject({ details: { errorName: "ListingNotOpen" } });
});

test("a pass can be listed and taken back, by its seller only", async () => {
  const [tokenId = 0n] = await alice.wallet.passes();
  const collection = contractAddresses.gamePass;
  const { listingId } = await alice.wallet.list({ tokenId, collection, price: 7n });
  expect(await alice.wallet.passes()).toEqual([]);
  expect(await bob.wallet.listings()).toEqual([
    {
      listingId,
      tokenId,
      price: 7n,
      currency: ZERO_ADDRESS,
      collection: collection.toLowerCase(),
      seller: alice.wallet.address,
    },
  ]);
  await expect(bob.wallet.cancel({ listingId })).rejects.toMatchObject({
    details: { errorName: "NotSeller" },
  });
  await alice.wallet.cancel({ listingId });
  expect(await alice.wallet.passes()).toEqual([tokenId]);
  expect(await bob.wallet.listings()).toEqual([]);
});

test("an identity is bound to a pass by its holder only, until the pass changes hands", async () => {
  const commitmentOf = (pass: bigint) => {
    const read = { address: contractAddresses.gamePass, abi: gamePassAbi } as const;
    return alice.client.zk.readContract({ ...read, functionName: "commitmentOf", args: [pass] });
  };
  const { pass } = alice;
  const identity = await createIdentity(alice.account);
  await expect(bob.wallet.bindPass({ pass, identity })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
    details: { errorName: "NotHolder" },
  });
  await alice.wallet.bindPass({ pass, identity });
  expect(await commitmentOf(pass)).toBe(identity.commitment);
  const collection = contractAddresses.gamePass;
  const { listingId } = await alice.wallet.list({ tokenId: pass, collection, price: 7n });
  expect(BigInt(await commitmentOf(pass))).toBe(0n);
  await alice.wallet.cancel({ listingId });
});

test("CHAIN_TIMEOUT and ABORTED say what was sent", async () => {
  const details = { transactionHash: expect.stringMatching(/^0x/) };
  const timeout = alice.wallet.depositToFastChain({ amountWei: 1n, timeoutMs: 0 });
  await expect(timeout).rejects.toMatchObject({ code: "CHAIN_TIMEOUT", details });
  const signal = AbortSignal.abort();
  const aborted = alice.wallet.depositToFastChain({ amountWei: 1n, signal });
  await expect(aborted).rejects.toMatchObject({ code: "ABORTED", details });
});

test("viem's clients know both chains", async () => {
  const { zk, fast, chains } = alice.client;
  const { zk: zkChain, fast: fastChain } = await chains();
  expect(await zk.getChainId()).toBe(zkChain.id);
  expect(await fast.getChainId()).toBe(fastChain.id);
  expect(zkChain.id).not.toBe(fastChain.id);
});
