import { fastPortalAbi } from "@weft/fast-chain";
import { encodeFastTransaction, hexToBytes, ZERO_ADDRESS } from "@weft/protocol";
import { createWalletClient, encodeFunctionData, http, keccak256 } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  bob,
  createReader,
  ETHER,
  FAST,
  lowerCase,
  type Reader,
  startTestNode,
  type TestNode,
  viemChain,
} from "./testNode.ts";

let node: TestNode;
let reader: Reader;
let url: string;
beforeAll(async () => {
  node = await startTestNode();
  url = node.rpc.fastUrl;
  reader = createReader(FAST, url);
});
afterAll(() => node.stop());

const wallet = (account = alice) =>
  createWalletClient({ account, chain: viemChain(FAST, url), transport: http() });
const call = (method: string, ...params: unknown[]) => node.rpc.fast.request({ method, params });

describe("fast chain through viem", () => {
  it("sends value: nonce, gas and fees are found, and the receipt is there at once", async () => {
    const before = await reader.getBalance({ address: bob.address });
    const nonce = await reader.getTransactionCount({ address: alice.address });
    const hash = await wallet().sendTransaction({ to: bob.address, value: ETHER });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt).toMatchObject({
      status: "success",
      transactionHash: hash,
      from: lowerCase(alice.address),
      to: lowerCase(bob.address),
      effectiveGasPrice: 0n,
      logs: [],
      type: "eip1559",
    });
    expect(await reader.getBalance({ address: bob.address })).toBe(before + ETHER);
    expect(await reader.getTransactionCount({ address: alice.address })).toBe(nonce + 1);

    const transaction = await reader.getTransaction({ hash });
    expect(transaction).toMatchObject({
      hash,
      nonce,
      value: ETHER,
      gas: 21_000n,
      chainId: FAST,
      blockHash: receipt.blockHash,
      blockNumber: receipt.blockNumber,
      transactionIndex: receipt.transactionIndex,
      from: lowerCase(alice.address),
      to: lowerCase(bob.address),
      type: "eip1559",
      input: "0x",
    });
    const block = await reader.getBlock({
      blockHash: receipt.blockHash,
      includeTransactions: true,
    });
    expect(block.number).toBe(receipt.blockNumber);
    expect(block.transactions[receipt.transactionIndex]).toMatchObject({ hash, value: ETHER });
    expect(await reader.getBlock({ blockNumber: receipt.blockNumber })).toMatchObject({
      hash: receipt.blockHash,
      baseFeePerGas: 0n,
    });
    const at = { blockHash: receipt.blockHash };
    expect(await reader.getBlockTransactionCount(at)).toBe(block.transactions.length);
    const { blockNumber } = receipt;
    expect(await reader.getBlockTransactionCount({ blockNumber })).toBe(block.transactions.length);
  });

  it("sends a legacy transaction", async () => {
    const hash = await wallet().sendTransaction({ to: bob.address, value: 1n, type: "legacy" });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt.type).toBe("legacy");
    expect(await reader.getTransaction({ hash })).toMatchObject({ type: "legacy", chainId: FAST });
  });

  it("calls the portal program, which shows that it is one", async () => {
    const to = node.fastChain.portal;
    expect(await reader.getCode({ address: to })).toBe("0x01");
    expect(await reader.getCode({ address: bob.address })).toBeUndefined();
    const args = [ZERO_ADDRESS, 10n, bob.address] as const;
    const data = encodeFunctionData({ abi: fastPortalAbi, functionName: "withdraw", args });
    const gas = await reader.estimateGas({ account: alice, to, data });
    expect(gas).toBeGreaterThan(21_000n);
    const hash = await wallet().sendTransaction({ to, data });
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ status: "success" });
    expect((await reader.getTransaction({ hash })).input).toBe(data);
  });

  it("is its own chain, without fees", async () => {
    expect(await reader.getChainId()).toBe(FAST);
    expect(await reader.getGasPrice()).toBe(0n);
    const fees = await reader.getFeeHistory({ blockCount: 1, rewardPercentiles: [50] });
    expect(fees).toMatchObject({ baseFeePerGas: [0n, 0n], reward: [[0n]] });
    expect(await call("net_version")).toBe(String(FAST));
    expect(await call("eth_accounts")).toEqual([]);
    expect(await call("eth_syncing")).toBe(false);
  });

  it("answers what wallets ask of any chain", async () => {
    const { address } = bob;
    expect(await reader.getBlock({ blockTag: "finalized" })).toMatchObject({ number: 0n });
    expect(await reader.getStorageAt({ address, slot: "0x0" })).toBe(`0x${"00".repeat(32)}`);
    expect(await reader.call({ to: address, data: "0x01ffc9a7" })).toEqual({ data: undefined });
    const { portal } = node.fastChain;
    for (const request of [{ to: portal, data: "0x" }, { data: "0x00" }]) {
      await expect(call("eth_call", request, "latest")).rejects.toMatchObject({
        code: -32004,
        data: { code: "METHOD_UNSUPPORTED" },
      });
    }
    await expect(call("eth_getProof", address, [], "latest")).rejects.toMatchObject({
      message: expect.stringContaining("weft_getStateProof"),
    });
    expect(await call("eth_getLogs", { fromBlock: "0x0" })).toEqual([]);
    await expect(call("eth_getLogs", { address: "0x1" })).rejects.toMatchObject({ code: -32602 });
    expect(await call("eth_getUncleCountByBlockNumber", "latest")).toBe("0x0");
    expect(await call("eth_getUncleCountByBlockNumber", "0xffffff")).toBeNull();
  });

  it("finds transactions and receipts by their blocks", async () => {
    const hash = await wallet().sendTransaction({ to: bob.address, value: 1n });
    const receipt = await reader.getTransactionReceipt({ hash });
    const { blockHash, blockNumber, transactionIndex: index } = receipt;
    const transaction = await reader.getTransaction({ hash });
    expect(await reader.getTransaction({ blockHash, index })).toEqual(transaction);
    expect(await reader.getTransaction({ blockNumber, index })).toEqual(transaction);
    const receipts = await call("eth_getBlockReceipts", { blockHash });
    expect(receipts).toEqual([await call("eth_getTransactionReceipt", hash)]);
    expect(await call("eth_getBlockReceipts", "earliest")).toEqual([]);
    expect(await call("eth_getBlockReceipts", "0xffffff")).toBeNull();
    expect(await call("eth_getTransactionByBlockNumberAndIndex", "0x0", "0xff")).toBeNull();
    expect(await call("eth_getTransactionByBlockNumberAndIndex", "0x0", "0x0")).toMatchObject({
      kind: "genesis",
    });
    const raw = (await call("eth_getRawTransactionByHash", hash)) as `0x${string}`;
    expect(keccak256(raw)).toBe(hash);
  });

  it("shows the chain's own transactions for what they are", async () => {
    const genesis = await reader.getBlock({ blockNumber: 0n, includeTransactions: true });
    expect(genesis.transactions).toHaveLength(1);
    expect(genesis.transactions[0]).toMatchObject({ kind: "genesis", typeHex: "0x57" });
    expect(await reader.getBlock({ blockTag: "earliest" })).toMatchObject({ number: 0n });
  });
});

describe("fast chain refuses", () => {
  it("a nonce that was used, a chain that isn't its own, more than there is", async () => {
    const to = bob.address;
    await expect(wallet().sendTransaction({ to, value: 1n, nonce: 0 })).rejects.toThrow(/nonce/i);
    await expect(wallet().sendTransaction({ to, value: 100n * ETHER })).rejects.toThrow(
      /exceeds the balance of the account/,
    );
    const foreign = await alice.signTransaction({ chainId: 1, to, gas: 21_000n, maxFeePerGas: 0n });
    await expect(call("eth_sendRawTransaction", foreign)).rejects.toMatchObject({
      code: -32003,
      data: { code: "TX_WRONG_CHAIN" },
    });
    await expect(call("eth_sendRawTransaction", "0x02c0")).rejects.toMatchObject({
      data: { code: "TX_MALFORMED" },
    });
    await expect(call("eth_sendRawTransaction", "0x")).rejects.toMatchObject({
      data: { code: expect.stringMatching(/MALFORMED/) },
    });
  });

  it("the chain's own transactions, which come from the node alone", async () => {
    const deposit = encodeFastTransaction({
      type: "deposit",
      nonce: 1n,
      asset: ZERO_ADDRESS,
      recipient: lowerCase(bob.address),
      amount: ETHER,
      zkNumber: 0 as never,
    });
    const raw = `0x${Buffer.from(deposit).toString("hex")}`;
    await expect(call("eth_sendRawTransaction", raw)).rejects.toMatchObject({ code: -32003 });
    expect(hexToBytes(raw)).toEqual(deposit);
    expect(node.fastChain.deposits).toBe(1n);
  });

  it("states of the past: NOT_FOUND", async () => {
    const { address } = alice;
    await expect(reader.getBalance({ address, blockNumber: 0n })).rejects.toThrow(/newest state/);
    expect(await call("eth_getBalance", address, "pending")).toMatch(/^0x/);
  });

  it("nothing that isn't there: null", async () => {
    const unknown = `0x${"ab".repeat(32)}`;
    for (const method of [
      "eth_getTransactionByHash",
      "eth_getTransactionReceipt",
      "eth_getBlockByHash",
      "eth_getBlockTransactionCountByHash",
    ]) {
      expect(await call(method, unknown)).toBeNull();
    }
    expect(await call("eth_getBlockByNumber", "0xffffff", false)).toBeNull();
    const zkGenesis = await node.rpc.zk.request({
      method: "eth_getBlockByNumber",
      params: ["0x0"],
    });
    const { hash } = zkGenesis as { hash: string };
    expect(await call("eth_getBlockByHash", hash, false)).toBeNull();
  });

  it("nothing with an internal error", () => {
    expect(node.internalErrors).toEqual([]);
  });
});
