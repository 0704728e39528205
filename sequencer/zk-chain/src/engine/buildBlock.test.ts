import { createCommon, parseSignedTransaction } from "@weft/ethereum";
import { timestampMs } from "@weft/protocol";
import { beforeEach, expect, it } from "vitest";
import { alice, bob, CHAIN_ID, carol, GWEI, genesis, sign, TestLedger } from "../testChain.ts";
import { Chain } from "./chain.ts";
import { storeInMemory } from "./engine.ts";

const input = { timestampMs: timestampMs(genesis.timestampMs + 1000), releases: [] };
const limits = { gasLimit: genesis.gasLimit, baseFeePerGas: GWEI };
const rich = { nonce: 0n, balance: GWEI ** 3n, isContract: false };
const common = createCommon(CHAIN_ID);

let chain: Chain;
beforeEach(async () => {
  const { backend, history } = storeInMemory();
  chain = new Chain(backend, history);
  const { header, hash } = new TestLedger().order(await chain.buildGenesis(genesis));
  await chain.commit(header, hash);
});

it("drops what its sender can't pay for after all, and builds with the rest", async () => {
  const poor = parseSignedTransaction(await sign(carol, { to: bob.address }), common);
  const fine = parseSignedTransaction(await sign(alice, { to: bob.address }), common);
  // The mempool is told that Carol is rich.
  for (const transaction of [poor, fine]) chain.mempool.add(transaction, rich, limits);
  const { built, dropped } = await chain.build(input);
  expect(dropped).toMatchObject([{ hash: poor.hash, error: { code: "INSUFFICIENT_FUNDS" } }]);
  expect(built?.receipts.map(({ transactionHash }) => transactionHash)).toEqual([fine.hash]);
  expect(chain.mempool.get(poor.hash)).toBeUndefined();
});

it("builds nothing when all there was is dropped", async () => {
  const poor = parseSignedTransaction(await sign(carol, { to: bob.address }), common);
  chain.mempool.add(poor, rich, limits);
  expect(await chain.build(input)).toMatchObject({ built: undefined, dropped: [{}] });
  await expect(chain.discard()).rejects.toMatchObject({ code: "NO_BUILD" });
});

it("begins anew without a transaction that the EVM fails on", async () => {
  const fine = parseSignedTransaction(await sign(alice, { to: bob.address }), common);
  const raw = await sign(bob, { to: alice.address, maxPriorityFeePerGas: GWEI });
  const parsed = parseSignedTransaction(raw, common);
  const getSenderAddress = () => {
    throw new Error("a bug in the EVM");
  };
  const tx: typeof parsed.tx = Object.create(parsed.tx, {
    getSenderAddress: { value: getSenderAddress },
  });
  chain.mempool.add({ ...parsed, tx }, rich, limits);
  chain.mempool.add(fine, rich, limits);

  const { built, dropped } = await chain.build(input);
  expect(dropped).toMatchObject([{ hash: parsed.hash, error: { code: "INTERNAL" } }]);
  expect(built?.receipts.map(({ transactionHash }) => transactionHash)).toEqual([fine.hash]);
});
