import { contractAddresses, portalAbi } from "@weft/contracts";
import {
  ledgerHeight,
  type Release,
  SYSTEM_ADDRESS,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import fc from "fast-check";
import { encodeFunctionData, parseEventLogs } from "viem";
import { beforeEach, expect, it } from "vitest";
import { MAX_RELEASES_PER_BLOCK } from "../limits.ts";
import {
  alice,
  bob,
  carol,
  codeOf,
  FEE_RECIPIENT,
  lowerCase,
  START_MS,
  sign,
  TestChain,
} from "../testChain.ts";
import { createZkEngine } from "./engine.ts";

const portal = contractAddresses.portal;
const carolAddress = lowerCase(carol.address);
const input = { timestampMs: timestampMs(START_MS + 5000), releases: [] };

const release = (nonce: bigint, change: Partial<Release> = {}): Release => ({
  nonce,
  asset: ZERO_ADDRESS,
  recipient: carolAddress,
  amount: 10n,
  fromHeight: ledgerHeight(3),
  ...change,
});

const depositTo = (recipient: `0x${string}`, value: bigint) => ({
  to: portal,
  value,
  gas: 200_000n,
  data: encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [recipient] }),
});

let chain: TestChain;
beforeEach(async () => {
  chain = await TestChain.start();
});

it("tells what the portal took in", async () => {
  await chain.engine.submit(await sign(bob, depositTo(carol.address, 7n)));
  const built = await chain.send(alice, depositTo(bob.address, 100n));
  expect(built.deposits).toHaveLength(2);
  expect([...built.deposits].sort((a, b) => Number(b.amount - a.amount))).toMatchObject([
    { asset: ZERO_ADDRESS, recipient: lowerCase(bob.address), amount: 100n, zkNumber: 1 },
    { asset: ZERO_ADDRESS, recipient: carolAddress, amount: 7n, zkNumber: 1 },
  ]);
  expect(built.deposits.map(({ nonce }) => nonce)).toEqual([0n, 1n]);
  expect((await chain.send(alice, depositTo(bob.address, 0n))).deposits).toEqual([]);
});

it("takes nobody else's event for a deposit", async () => {
  // Emits the portal's own event: its data are in memory, its topics on the stack.
  const { receipts } = await chain.send(alice, depositTo(bob.address, 100n));
  const log = receipts[0]?.logs[0];
  const topics = [...(log?.topics ?? [])].reverse().map((topic) => `7f${topic.slice(2)}`);
  const forge = `0x${topics.join("")}60406000a400`;
  const forged = await chain.send(alice, { data: forge as `0x${string}`, gas: 200_000n });
  expect(forged.receipts[0]?.logs).toHaveLength(1);
  expect(forged.receipts[0]?.logs[0]?.topics).toEqual(log?.topics);
  expect(forged.deposits).toEqual([]);
});

it("pays releases in the next block, from the system address, with gas of their own", async () => {
  const { engine } = chain;
  await chain.send(alice, depositTo(bob.address, 100n));
  const built = await chain.next({ releases: [release(0n), release(1n, { amount: 5n })] });
  expect(await engine.balance(carolAddress)).toBe(15n);
  expect(built.gasUsed).toBe(0n);
  expect(built.receipts).toMatchObject([
    { type: 0x5a, from: SYSTEM_ADDRESS, to: lowerCase(portal), status: "success", index: 0 },
    { effectiveGasPrice: 0n, cumulativeGasUsed: 0n, status: "success", index: 1 },
  ]);
  const logs = parseEventLogs({
    abi: portalAbi,
    eventName: "Released",
    logs: (await engine.logs({ fromNumber: built.number, toNumber: built.number })).map((log) => ({
      ...log,
      topics: log.topics as [`0x${string}`],
      blockNumber: BigInt(log.blockNumber),
      logIndex: log.index,
      removed: false,
      blockTimestamp: log.timestamp,
    })),
  });
  expect(logs.map(({ args }) => [args.nonce, args.amount, args.isClaimable])).toEqual([
    [0n, 10n, false],
    [1n, 5n, false],
  ]);
  expect(logs.map(({ logIndex }) => logIndex)).toEqual([0, 1]);
  expect(await engine.nonce(SYSTEM_ADDRESS)).toBe(0n);
  expect(await engine.nextReleaseNonce()).toBe(2n);
  expect(await engine.transaction(built.receipts[1]?.transactionHash ?? "0x")).toMatchObject({
    type: 0x5a,
    nonce: 1n,
    from: SYSTEM_ADDRESS,
    input: encodeFunctionData({
      abi: portalAbi,
      functionName: "release",
      args: [1n, ZERO_ADDRESS, carolAddress, 5n],
    }),
  });
});

it("keeps a release that the portal refuses as a failed receipt", async () => {
  const built = await chain.next({ releases: [release(0n, { amount: 10n ** 30n })] });
  expect(built.receipts).toMatchObject([{ status: "reverted", logs: [] }]);
  expect(await chain.engine.balance(carolAddress)).toBe(0n);
  expect(await chain.engine.nextReleaseNonce()).toBe(1n);
});

it("has gas enough for a release to a recipient that burns all it gets", async () => {
  // Runtime code: JUMPDEST PUSH1 0 JUMP
  const burner = await chain.send(alice, { data: "0x635b6000566000526004601cf3" });
  const recipient = burner.receipts[0]?.contractAddress as `0x${string}`;
  await chain.send(alice, depositTo(bob.address, 100n));
  const built = await chain.next({ releases: [release(0n, { recipient }), release(1n)] });
  expect(built.receipts.map(({ status }) => status)).toEqual(["success", "success"]);
  expect(await chain.engine.balance(recipient)).toBe(0n);
  expect(await chain.engine.balance(carolAddress)).toBe(10n);
});

it("refuses releases with gaps, twice, or too many", async () => {
  const { engine } = chain;
  const many = Array.from({ length: MAX_RELEASES_PER_BLOCK + 1 }, (_, n) => release(BigInt(n)));
  for (const releases of [
    [release(1n)],
    [release(0n), release(0n)],
    [release(0n), release(2n)],
    many,
  ]) {
    expect(await codeOf(engine.build({ ...input, releases }))).toBe("RELEASES_INVALID");
  }
  await chain.next({ releases: [release(0n)] });
  expect(await codeOf(engine.build({ ...input, releases: [release(0n)] }))).toBe(
    "RELEASES_INVALID",
  );
});

it("replays deposits and releases into the same state", async () => {
  await chain.send(alice, depositTo(bob.address, 100n));
  await chain.engine.submit(await sign(alice, { to: bob.address, nonce: 1 }));
  await chain.next({ releases: [release(0n), release(1n, { amount: 1000n })] });
  const engine = createZkEngine({ onPending() {}, onCommitted() {}, onDropped() {} });
  for (const block of chain.ledger.blocks) {
    const { stateRoot } = await engine.execute(block);
    expect(stateRoot).toBe(block.header.stateRoot);
  }
  expect(await engine.nextReleaseNonce()).toBe(2n);
  expect(await engine.balance(carolAddress)).toBe(10n);
});

it("neither makes nor loses value, whatever crosses, and replays to the same state", async () => {
  const step = fc.record({
    kind: fc.constantFrom("transfer", "deposit", "fail", "release", "build"),
    from: fc.constantFrom(alice, bob),
    to: fc.constantFrom(alice, bob, carol),
    amount: fc.bigInt(0n, 50n),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const chain = await TestChain.start();
      const { engine } = chain;
      const holders = [alice.address, bob.address, carol.address, portal, FEE_RECIPIENT].map(
        lowerCase,
      );
      const total = async () => {
        const balances = await Promise.all(holders.map((holder) => engine.balance(holder)));
        return balances.reduce((sum, balance) => sum + balance, 0n);
      };
      const before = await total();
      let deposited = 0n;
      const releases: Release[] = [];
      const settle = async () => {
        const built = await engine.build({
          timestampMs: timestampMs(START_MS),
          releases: releases.splice(0),
        });
        if (built !== undefined) await chain.commit(built);
        for (const { amount } of built?.deposits ?? []) deposited += amount;
      };
      for (const { kind, from, to, amount } of steps) {
        const nonce = Number(await engine.nonce(lowerCase(from.address), "pending"));
        if (kind === "build") await settle();
        else if (kind === "release") {
          const first = await engine.nextReleaseNonce();
          const recipient = lowerCase(to.address);
          releases.push(release(first + BigInt(releases.length), { recipient, amount }));
        } else {
          const message = {
            transfer: { to: to.address, value: amount },
            deposit: depositTo(to.address, amount),
            fail: { to: portal, value: amount },
          }[kind];
          await engine.submit(await sign(from, { nonce, ...message }));
        }
      }
      await settle();
      expect(await total()).toBe(before);
      expect(await engine.balance(lowerCase(portal))).toBeLessThanOrEqual(deposited);

      const replica = createZkEngine({ onPending() {}, onCommitted() {}, onDropped() {} });
      for (const block of chain.ledger.blocks) await replica.execute(block);
      expect(await replica.newest()).toEqual(await engine.newest());
    }),
    { numRuns: 15 },
  );
});
