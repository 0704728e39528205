import { contractAddresses, gamePassAbi, portalAbi } from "@weft/contracts";
import { genesisDeployments } from "@weft/contracts/bytecode";
import { chainNumber, type Hex, ZERO_HASH } from "@weft/protocol";
import { decodeErrorResult, encodeFunctionData } from "viem";
import { beforeEach, describe, expect, it } from "vitest";
import { MAX_LOG_RANGE_BLOCKS, STATE_HISTORY_BLOCKS } from "../limits.ts";
import {
  alice,
  bob,
  CHAIN_ID,
  carol,
  codeOf,
  GWEI,
  lowerCase,
  sign,
  TestChain,
} from "../testChain.ts";
import type { ClosableEngine } from "./engine.ts";

let chain: TestChain;
let engine: ClosableEngine;
beforeEach(async () => {
  chain = await TestChain.start();
  engine = chain.engine;
});

const { gamePass, portal } = contractAddresses;
const zeroDeposit = encodeFunctionData({
  abi: portalAbi,
  functionName: "deposit",
  args: [bob.address],
});

describe("contracts", () => {
  it("deploys from a transaction, and calls", async () => {
    const deployment = genesisDeployments({ owner: bob.address }).find(
      ({ name }) => name === "gamePass",
    );
    const data = deployment?.creationCode as Hex;
    const gas = await engine.estimateGas({ from: lowerCase(bob.address), data });
    const built = await chain.send(bob, { data, gas });
    const [receipt] = built.receipts;
    expect(receipt).toMatchObject({ status: "success", from: lowerCase(bob.address) });
    expect(receipt?.to).toBeUndefined();
    const address = receipt?.contractAddress as Hex;
    const owner = await engine.call({
      to: address,
      data: encodeFunctionData({ abi: gamePassAbi, functionName: "owner" }),
    });
    expect(owner).toBe(`0x${lowerCase(bob.address).slice(2).padStart(64, "0")}`);
    expect(await engine.code(address)).toBe(await engine.code(lowerCase(gamePass)));
  });

  it("gives revert data, so that custom errors can be decoded", async () => {
    const refusal = engine.call({ to: lowerCase(portal), data: zeroDeposit });
    const error = await refusal.catch((reason: { code: string; details: { data: Hex } }) => reason);
    if (typeof error === "string") throw new Error("not refused");
    expect(error.code).toBe("EXECUTION_REVERTED");
    expect(decodeErrorResult({ abi: portalAbi, data: error.details.data }).errorName).toBe(
      "ZeroAmount",
    );
    expect(await codeOf(engine.estimateGas({ to: lowerCase(portal), data: zeroDeposit }))).toBe(
      "EXECUTION_REVERTED",
    );
  });

  it("names other failures, and keeps a call within its gas", async () => {
    const failing = (data: Hex, gas?: bigint) =>
      engine.call({ data, ...(gas === undefined ? {} : { gas }) });
    await expect(failing("0xfe")).rejects.toMatchObject({
      code: "EXECUTION_FAILED",
      details: { reason: "invalid opcode" },
    });
    // JUMPDEST PUSH1 0 JUMP: for ever
    await expect(failing("0x5b600056", 100_000n)).rejects.toMatchObject({
      code: "EXECUTION_FAILED",
      details: { reason: "out of gas" },
    });
    expect(await codeOf(failing("0x", 20_000n))).toBe("INTRINSIC_GAS_TOO_LOW");
    const from = lowerCase(carol.address);
    expect(await codeOf(engine.call({ from, to: from, value: 1n }))).toBe("INSUFFICIENT_FUNDS");
  });

  it("estimates gas that suffices, and not much more", async () => {
    const from = lowerCase(alice.address);
    expect(await engine.estimateGas({ from, to: lowerCase(bob.address), value: 1n })).toBe(21_000n);
    const request = { to: lowerCase(portal), data: zeroDeposit, value: 5n };
    const gas = await engine.estimateGas({ from, ...request });
    const [receipt] = (await chain.send(alice, { ...request, gas })).receipts;
    expect(receipt?.status).toBe("success");
    expect(gas).toBeLessThan(((receipt?.gasUsed ?? 0n) * 13n) / 10n);
    const poor = { from: lowerCase(carol.address), to: from, maxFeePerGas: GWEI };
    expect(await codeOf(engine.estimateGas({ ...poor, value: 1n }))).toBe("INSUFFICIENT_FUNDS");
  });
});

describe("state at a block", () => {
  it("is what it was, as far as it is kept", async () => {
    const to = lowerCase(carol.address);
    for (let block = 1; block <= 3; block++) await chain.send(alice, { to, value: 1n });
    for (let block = 0; block <= 3; block++) {
      expect(await engine.balance(to, chainNumber(block))).toBe(BigInt(block));
      expect(await engine.nonce(lowerCase(alice.address), chainNumber(block))).toBe(BigInt(block));
    }
    const number = await engine.call({ data: "0x4360005260206000f3" }, chainNumber(2));
    expect(BigInt(number)).toBe(2n);
    expect(await codeOf(engine.balance(to, chainNumber(4)))).toBe("BLOCK_UNKNOWN");
  });

  it("isn't kept for ever", async () => {
    const to = lowerCase(carol.address);
    for (let block = 1; block <= STATE_HISTORY_BLOCKS; block++) {
      await chain.send(alice, { to, value: 1n });
    }
    expect(await codeOf(engine.balance(to, chainNumber(0)))).toBe("STATE_UNAVAILABLE");
    expect(await codeOf(engine.stateProof(to, [], chainNumber(0)))).toBe("STATE_UNAVAILABLE");
    expect((await engine.stateProof(to, [], chainNumber(1))).blockNumber).toBe(1);
    expect(await codeOf(engine.rollBackTo(chainNumber(0)))).toBe("STATE_UNAVAILABLE");
    expect((await engine.newest())?.number).toBe(STATE_HISTORY_BLOCKS);
    expect(await engine.balance(to, chainNumber(1))).toBe(1n);
  });

  it("shows storage", async () => {
    // PUSH1 7 PUSH1 1 SSTORE, and no code
    const built = await chain.send(alice, { data: "0x6007600155" });
    const address = built.receipts[0]?.contractAddress as Hex;
    const slot = `0x${"1".padStart(64, "0")}` as const;
    expect(BigInt(await engine.storage(address, slot))).toBe(7n);
    expect(await engine.storage(address, ZERO_HASH)).toBe(ZERO_HASH);
    expect(await engine.storage(address, slot, chainNumber(0))).toBe(ZERO_HASH);
  });

  it("counts what waits in the pending nonce", async () => {
    await engine.submit(await sign(alice, { to: bob.address, nonce: 0 }));
    await engine.submit(await sign(alice, { to: bob.address, nonce: 2 }));
    const address = lowerCase(alice.address);
    expect(await engine.nonce(address, "pending")).toBe(1n);
    expect(await engine.nonce(address, "latest")).toBe(0n);
  });
});

describe("transactions and blocks", () => {
  it("shows a transaction while it waits and once it is in a block", async () => {
    const raw = await sign(alice, {
      to: bob.address,
      value: 4n,
      data: "0x11",
      accessList: [{ address: bob.address, storageKeys: [ZERO_HASH] }],
    });
    const hash = await engine.submit(raw);
    const waiting = await engine.transaction(hash);
    expect(waiting).toMatchObject({
      hash,
      type: 2,
      chainId: CHAIN_ID,
      value: 4n,
      input: "0x11",
      gasPrice: 2n * GWEI,
      maxFeePerGas: 2n * GWEI,
    });
    expect(waiting?.accessList).toEqual([
      { address: lowerCase(bob.address), storageKeys: [ZERO_HASH] },
    ]);
    expect(waiting?.inclusion).toBeUndefined();
    await chain.next();
    const included = await engine.transaction(hash);
    const { hash: blockHash } = (await engine.newest()) ?? {};
    expect(included).toMatchObject({
      gasPrice: (GWEI * 7n) / 8n + GWEI / 1000n,
      inclusion: { blockHash, blockNumber: 1, index: 0 },
    });
    expect(await engine.blockTransactions(chainNumber(1))).toEqual([included]);
    expect(await engine.blockByHash(blockHash ?? "0x")).toEqual(await engine.newest());
    expect(await engine.transaction(ZERO_HASH)).toBeUndefined();
    expect(await engine.blockByNumber(chainNumber(2))).toBeUndefined();
    expect(await engine.receipt(ZERO_HASH)).toBeUndefined();
  });
});

describe("logs", () => {
  const deposit = (recipient: Hex, value: bigint) => ({
    to: portal,
    value,
    data: encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [recipient] }),
  });
  const range = { fromNumber: chainNumber(1), toNumber: chainNumber(9) };
  const topicOf = (address: Hex) => `0x${lowerCase(address).slice(2).padStart(64, "0")}` as const;

  it("finds by address and by each topic, in order", async () => {
    await chain.send(alice, deposit(bob.address, 1n));
    await chain.send(bob, deposit(carol.address, 2n));
    const all = await engine.logs(range);
    expect(all.map(({ blockNumber }) => blockNumber)).toEqual([1, 2]);
    expect(all[1]).toMatchObject({
      address: lowerCase(portal),
      index: 0,
      transactionIndex: 0,
      blockHeight: 14,
    });
    const [topic = ZERO_HASH] = all[0]?.topics ?? [];
    const found = async (filter: object) =>
      (await engine.logs({ ...range, ...filter })).map(({ blockNumber }) => blockNumber);
    expect(await found({ addresses: [portal] })).toEqual([1, 2]);
    expect(await found({ addresses: [gamePass] })).toEqual([]);
    expect(await found({ topics: [topic] })).toEqual([1, 2]);
    expect(await found({ topics: [null, null, null, topicOf(carol.address)] })).toEqual([2]);
    expect(
      await found({ topics: [topic, null, null, [topicOf(carol.address), topicOf(bob.address)]] }),
    ).toEqual([1, 2]);
    expect(await found({ topics: [topicOf(bob.address)] })).toEqual([]);
    expect(await found({ fromNumber: chainNumber(2) })).toEqual([2]);
  });

  it("refuses filters over the limits", async () => {
    const invalid = async (filter: object) => codeOf(engine.logs({ ...range, ...filter }));
    expect(await invalid({ fromNumber: chainNumber(10) })).toBe("LOG_FILTER_INVALID");
    expect(await invalid({ toNumber: chainNumber(MAX_LOG_RANGE_BLOCKS + 1) })).toBe(
      "LOG_FILTER_INVALID",
    );
    expect(await invalid({ topics: [null, null, null, null, null] })).toBe("LOG_FILTER_INVALID");
    expect(await invalid({ topics: [Array(1000).fill(ZERO_HASH)] })).toBe("LOG_FILTER_INVALID");
  });

  it("stops at too many", async () => {
    // PUSH2 n, then: JUMPDEST, LOG0 of nothing, n - 1, again unless 0
    const data = "0x6107d15b60006000a06001900380600357";
    await chain.send(alice, { data, gas: 16_000_000n });
    expect((await engine.blockReceipts(chainNumber(1)))?.[0]?.logs).toHaveLength(2001);
    expect(await codeOf(engine.logs(range))).toBe("TOO_MANY_LOGS");
  });
});

describe("fees", () => {
  it("suggests what the last blocks paid", async () => {
    const before = await engine.fees();
    expect(before.baseFeePerGas).toBe((GWEI * 7n) / 8n);
    expect(before.gasPrice).toBeGreaterThan(before.baseFeePerGas);
    await chain.send(alice, { to: bob.address, maxPriorityFeePerGas: GWEI / 10n });
    expect((await engine.fees()).maxPriorityFeePerGas).toBe(GWEI / 10n);
  });

  it("tells the history of base fees and tips", async () => {
    await chain.send(alice, { to: bob.address, maxPriorityFeePerGas: 5n });
    const history = await engine.feeHistory({
      count: 2,
      newest: "latest",
      percentiles: [0, 50, 100],
    });
    const { baseFeePerGas } = await engine.fees();
    expect(history).toMatchObject({
      oldestNumber: 0,
      gasUsedRatio: [0, 21_000 / 30_000_000],
      reward: [
        [0n, 0n, 0n],
        [5n, 5n, 5n],
      ],
    });
    expect(history.baseFeePerGas).toEqual([GWEI, (GWEI * 7n) / 8n, baseFeePerGas]);
    expect(await codeOf(engine.feeHistory({ count: 0, newest: "latest" }))).toBe("REQUEST_INVALID");
    expect(await codeOf(engine.feeHistory({ count: 1, newest: chainNumber(9) }))).toBe(
      "BLOCK_UNKNOWN",
    );
    const falling = { count: 1, newest: "latest", percentiles: [50, 20] } as const;
    expect(await codeOf(engine.feeHistory(falling))).toBe("REQUEST_INVALID");
  });
});
