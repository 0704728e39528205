import { contractAddresses, gamePassAbi, marketAbi } from "@weft/contracts";
import { genesisDeployments } from "@weft/contracts/bytecode";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  custom,
  encodeFunctionData,
  getContractAddress,
  http,
  keccak256,
  parseEventLogs,
  stringToHex,
  toHex,
  zeroAddress,
} from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  bob,
  createReader,
  ETHER,
  lowerCase,
  type Reader,
  startTestNode,
  type TestNode,
  viemChain,
  ZK,
} from "./testNode.ts";

let node: TestNode;
let reader: Reader;
let url: string;
beforeAll(async () => {
  node = await startTestNode();
  url = node.rpc.zkUrl;
  reader = createReader(ZK, url);
});
afterAll(() => node.stop());

const wallet = (account = alice) =>
  createWalletClient({ account, chain: viemChain(ZK, url), transport: http() });
const call = (method: string, ...params: unknown[]) => node.rpc.zk.request({ method, params });
const gamePass = { address: contractAddresses.gamePass, abi: gamePassAbi } as const;

async function mint(to: `0x${string}`) {
  const { request } = await reader.simulateContract({
    ...gamePass,
    functionName: "mint",
    args: [to],
    account: alice,
  });
  const hash = await wallet().writeContract(request);
  return reader.waitForTransactionReceipt({ hash });
}

describe("ZK chain through viem", () => {
  it("sends value, with fees and nonce that were looked up", async () => {
    const before = await reader.getBalance({ address: bob.address });
    const nonce = await reader.getTransactionCount({ address: alice.address });
    const hash = await wallet().sendTransaction({ to: bob.address, value: ETHER });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt).toMatchObject({
      status: "success",
      type: "eip1559",
      gasUsed: 21_000n,
      transactionHash: hash,
      from: lowerCase(alice.address),
      to: lowerCase(bob.address),
      contractAddress: null,
      logs: [],
    });
    expect(receipt.effectiveGasPrice).toBeGreaterThan(0n);
    expect(await reader.getBalance({ address: bob.address })).toBe(before + ETHER);
    expect(
      await reader.getBalance({ address: bob.address, blockNumber: receipt.blockNumber - 1n }),
    ).toBe(before);

    const { blockHash, blockNumber, transactionIndex } = receipt;
    const transaction = await reader.getTransaction({ hash });
    expect(transaction).toMatchObject({
      hash,
      nonce,
      value: ETHER,
      chainId: ZK,
      blockHash,
      blockNumber,
      transactionIndex,
      gasPrice: receipt.effectiveGasPrice,
      type: "eip1559",
    });
    expect(await reader.getTransaction({ blockHash, index: transactionIndex })).toEqual(
      transaction,
    );
    expect(await reader.getTransaction({ blockNumber, index: transactionIndex })).toEqual(
      transaction,
    );
    const block = await reader.getBlock({ blockHash, includeTransactions: true });
    expect(block.transactions).toEqual([transaction]);
    expect(block).toMatchObject({ number: blockNumber, hash: blockHash, gasUsed: 21_000n });
    expect(await reader.getBlockTransactionCount({ blockNumber })).toBe(1);
    expect(await reader.getBlockTransactionCount({ blockHash })).toBe(1);
    expect(await reader.getBlockNumber({ cacheTime: 0 })).toBeGreaterThanOrEqual(blockNumber);
    const receipts = await call("eth_getBlockReceipts", toHex(blockNumber));
    expect(receipts).toEqual([await call("eth_getTransactionReceipt", hash)]);
  });

  it.each(["legacy", "eip2930"] as const)("sends a transaction of type %s", async (type) => {
    const hash = await wallet().sendTransaction({ to: bob.address, value: 1n, type });
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({ type });
    expect(await reader.getTransaction({ hash })).toMatchObject({ type });
  });

  it("deploys a contract, and calls it", async () => {
    const market = genesisDeployments({ owner: alice.address }).find(
      ({ name }) => name === "market",
    );
    const bytecode = market?.creationCode ?? "0x";
    const hash = await wallet().deployContract({ abi: marketAbi, bytecode });
    const { nonce } = await reader.getTransaction({ hash });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    const from = alice.address;
    const address = getContractAddress({ from, nonce: BigInt(nonce) });
    expect(receipt).toMatchObject({ contractAddress: lowerCase(address), to: null });
    const code = await reader.getCode({ address });
    expect(code).toBe(await reader.getCode({ address: contractAddresses.market }));
    expect(code?.length).toBeGreaterThan(100);
    expect(await reader.getCode({ address: bob.address })).toBeUndefined();
  });

  it("simulates, writes, and reads contracts", async () => {
    const receipt = await mint(bob.address);
    const [transfer] = parseEventLogs({
      abi: gamePassAbi,
      eventName: "Transfer",
      logs: receipt.logs,
    });
    const tokenId = transfer?.args.tokenId ?? 0n;
    expect(transfer?.args).toMatchObject({ from: zeroAddress, to: bob.address });
    expect(
      await reader.readContract({ ...gamePass, functionName: "ownerOf", args: [tokenId] }),
    ).toBe(bob.address);
    const data = encodeFunctionData({ abi: gamePassAbi, functionName: "ownerOf", args: [tokenId] });
    const before = { to: gamePass.address, data, blockNumber: receipt.blockNumber - 1n };
    await expect(reader.call(before)).rejects.toThrow(/reverted/);
    const slot = await reader.getStorageAt({ address: gamePass.address, slot: "0x0" });
    expect(slot).toMatch(/^0x[0-9a-f]{64}$/);
    const gas = await reader.estimateContractGas({
      ...gamePass,
      functionName: "mint",
      args: [bob.address],
      account: alice,
    });
    expect(gas).toBeGreaterThan(21_000n);
  });

  it("finds logs by block, address and topics", async () => {
    const receipts = [await mint(alice.address), await mint(bob.address), await mint(bob.address)];
    const fromBlock = receipts[0]?.blockNumber ?? 0n;
    const event = { ...gamePass, eventName: "Transfer", fromBlock, strict: true } as const;
    const all = await reader.getContractEvents(event);
    expect(all.map((log) => log.transactionHash)).toEqual(
      receipts.map((receipt) => receipt.transactionHash),
    );
    const [first] = all;
    expect(first).toMatchObject({
      blockHash: receipts[0]?.blockHash,
      blockNumber: fromBlock,
      logIndex: 0,
      transactionIndex: 0,
      removed: false,
    });
    const toBob = await reader.getContractEvents({ ...event, args: { to: bob.address } });
    expect(toBob).toHaveLength(2);
    const either = { to: [alice.address, bob.address] };
    expect(await reader.getContractEvents({ ...event, args: either })).toHaveLength(3);
    const blockHash = receipts[1]?.blockHash ?? "0x";
    const { fromBlock: _, ...anywhere } = event;
    expect(await reader.getContractEvents({ ...anywhere, blockHash })).toHaveLength(1);
    expect(await reader.getContractEvents({ ...event, address: bob.address })).toEqual([]);
    const future = { fromBlock: fromBlock + 1000n, toBlock: fromBlock + 2000n };
    expect(await reader.getLogs(future)).toEqual([]);
    expect((await reader.getLogs({ fromBlock: 0n })).length).toBeGreaterThan(3);
  });

  it("shows the genesis and all of its logs", async () => {
    const genesis = await reader.getBlock({ blockTag: "earliest", includeTransactions: true });
    expect(genesis).toMatchObject({ number: 0n, parentHash: `0x${"00".repeat(32)}` });
    expect(genesis.transactions).toHaveLength(1);
    const [transaction] = genesis.transactions;
    const hash = transaction?.hash ?? "0x";
    expect(await reader.getTransactionReceipt({ hash })).toMatchObject({ status: "success" });
  });

  it("estimates fees", async () => {
    const { maxFeePerGas, maxPriorityFeePerGas } = await reader.estimateFeesPerGas();
    expect(maxFeePerGas).toBeGreaterThan(maxPriorityFeePerGas);
    expect(await reader.getGasPrice()).toBeGreaterThan(0n);
    const history = await reader.getFeeHistory({ blockCount: 2, rewardPercentiles: [10, 90] });
    expect(history.baseFeePerGas).toHaveLength(3);
    expect(history.reward?.[0]).toHaveLength(2);
    expect(await call("eth_feeHistory", 1, "latest")).not.toHaveProperty("reward");
  });

  it("says who it is", async () => {
    expect(await reader.getChainId()).toBe(ZK);
    expect(await call("net_version")).toBe(String(ZK));
    expect(await call("web3_clientVersion")).toMatch(/^weft\//);
    expect(await call("web3_sha3", "0x68656c6c6f")).toBe(keccak256(stringToHex("hello")));
    expect(await call("eth_accounts")).toEqual([]);
    expect(await call("eth_syncing")).toBe(false);
    expect(await call("net_listening")).toBe(true);
  });

  it("works in process, without a connection", async () => {
    const client = createPublicClient({
      chain: viemChain(ZK, url),
      // viem tries a revert again when it comes from a transport that isn't its own
      transport: custom({ request: node.rpc.zk.request }, { retryCount: 0 }),
    });
    expect(await client.getBalance({ address: alice.address })).toBeGreaterThan(0n);
    const functionName = "ownerOf";
    const error = await client
      .readContract({ ...gamePass, functionName, args: [10n ** 6n] })
      .catch((thrown: BaseError) =>
        thrown.walk((one) => one instanceof ContractFunctionRevertedError),
      );
    expect((error as ContractFunctionRevertedError).data?.errorName).toBe("ERC721NonexistentToken");
  });

  it("answers a batch", async () => {
    const client = createPublicClient({
      chain: viemChain(ZK, url),
      transport: http(url, { batch: true }),
    });
    const [number, id, balance] = await Promise.all([
      client.getBlockNumber(),
      client.getChainId(),
      client.getBalance({ address: zeroAddress }),
    ]);
    expect([typeof number, id, typeof balance]).toEqual(["bigint", ZK, "bigint"]);
  });
});

/** The name and arguments of the custom error that a contract refused with. */
async function customError(refused: Promise<unknown>) {
  const error = await refused.catch((thrown: unknown) => thrown);
  if (!(error instanceof BaseError)) throw new Error("not refused", { cause: error });
  const reverted = error.walk((one) => one instanceof ContractFunctionRevertedError);
  return (reverted as ContractFunctionRevertedError | null)?.data?.errorName ?? error.message;
}

describe("ZK chain refuses", () => {
  it("calls that revert, with the contract's own error", async () => {
    const simulated = reader.simulateContract({
      ...gamePass,
      functionName: "mint",
      args: [bob.address],
      account: bob,
    });
    expect(await customError(simulated)).toBe("OwnableUnauthorizedAccount");
    const read = reader.readContract({ ...gamePass, functionName: "ownerOf", args: [0n] });
    expect(await customError(read)).toBe("ERC721NonexistentToken");
    const estimated = reader.estimateContractGas({
      ...gamePass,
      functionName: "mint",
      args: [bob.address],
      account: bob,
    });
    expect(await customError(estimated)).toBe("OwnableUnauthorizedAccount");
    const data = encodeFunctionData({ abi: gamePassAbi, functionName: "ownerOf", args: [0n] });
    await expect(call("eth_call", { to: gamePass.address, data }, "latest")).rejects.toMatchObject({
      code: 3,
      message: expect.stringContaining("execution reverted"),
      data: expect.stringMatching(/^0x7e273289/),
    });
  });

  it("gives a reverted transaction its receipt", async () => {
    const data = encodeFunctionData({
      abi: gamePassAbi,
      functionName: "mint",
      args: [bob.address],
    });
    const transaction = { to: gamePass.address, data, gas: 200_000n };
    const hash = await wallet(bob).sendTransaction(transaction);
    const receipt = await reader.waitForTransactionReceipt({ hash });
    expect(receipt).toMatchObject({ status: "reverted", logs: [] });
  });

  it.each([
    ["nonce too low", { nonce: 0 }, "NonceTooLowError"],
    ["insufficient funds", { value: 10_000n * ETHER, gas: 21_000n }, "InsufficientFundsError"],
    ["intrinsic gas too low", { gas: 20_000n }, "IntrinsicGasTooLowError"],
    [
      "a fee under the base fee",
      { maxFeePerGas: 1n, maxPriorityFeePerGas: 0n },
      "FeeCapTooLowError",
    ],
  ])("a transaction: %s, and viem knows why", async (_, change, name) => {
    const refused = wallet().sendTransaction({ to: bob.address, value: 1n, ...change });
    const error = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BaseError);
    expect((error as BaseError).walk((one) => (one as Error).name === name)).toMatchObject({
      name,
    });
  });

  it("a transaction of another chain, or that is none", async () => {
    const to = bob.address;
    const foreign = await alice.signTransaction({ chainId: 1, to, gas: 21_000n, maxFeePerGas: 1n });
    await expect(call("eth_sendRawTransaction", foreign)).rejects.toMatchObject({
      code: -32003,
      data: { code: "TX_WRONG_CHAIN" },
    });
    await expect(call("eth_sendRawTransaction", "0x02c0")).rejects.toMatchObject({
      code: -32003,
      data: { code: "TX_MALFORMED" },
    });
  });

  it.each<[string, unknown[]]>([
    ["eth_sendRawTransaction", ["not hex"]],
    ["eth_sendRawTransaction", ["0x0"]],
    ["eth_getBalance", ["0x12"]],
    ["eth_getBalance", [zeroAddress, "newest"]],
    ["eth_getBalance", [zeroAddress, "0x"]],
    ["eth_getBlockByNumber", ["0x1", "yes"]],
    ["eth_getBlockByNumber", [{ blockHash: "0x12" }]],
    ["eth_getBlockByHash", ["0x1"]],
    ["eth_call", [{ to: zeroAddress, data: "0x01", input: "0x02" }]],
    ["eth_getLogs", [{ fromBlock: "0x1", blockHash: `0x${"00".repeat(32)}` }]],
    ["eth_getLogs", [{ fromBlock: "0x2", toBlock: "0x1" }]],
    ["eth_getLogs", [{ topics: ["0x12"] }]],
    ["eth_getLogs", [{ topics: [null, null, null, null, null] }]],
    ["eth_getLogs", []],
    ["eth_feeHistory", ["0x1", "latest", [90, 10]]],
    ["eth_getStorageAt", [zeroAddress, "slot"]],
    ["eth_chainId", [1]],
  ])("wrong parameters: %s %j", async (method, params) => {
    await expect(call(method, ...params)).rejects.toMatchObject({ code: -32602 });
  });

  it("blocks and states that aren't there", async () => {
    const unknown = `0x${"ab".repeat(32)}`;
    for (const method of ["eth_getTransactionByHash", "eth_getTransactionReceipt"]) {
      expect(await call(method, unknown)).toBeNull();
    }
    expect(await call("eth_getBlockByHash", unknown, true)).toBeNull();
    expect(await call("eth_getBlockByNumber", "0xffffff", true)).toBeNull();
    expect(await call("eth_getBlockTransactionCountByNumber", "0xffffff")).toBeNull();
    expect(await call("eth_getTransactionByBlockNumberAndIndex", "0x0", "0xff")).toBeNull();
    for (const ref of ["0xffffff", { blockHash: unknown }, { blockNumber: "0xffffff" }]) {
      await expect(call("eth_getBalance", zeroAddress, ref)).rejects.toMatchObject({
        code: -32001,
      });
    }
    const { hash } = await reader.getBlock();
    const at = { blockHash: hash };
    expect(await call("eth_getBalance", contractAddresses.market, at)).toBe("0x0");
  });

  it("nothing with an internal error", () => {
    expect(node.internalErrors).toEqual([]);
  });
});
