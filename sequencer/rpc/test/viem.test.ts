import { coinAbi, coinCreationCode, deedAbi, deedCreationCode } from "@weft/contracts/testing";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  type Hash,
  http,
  parseAbi,
  type Transport,
  webSocket,
  zeroAddress,
} from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  bob,
  ETHER,
  FAST,
  lowerCase,
  startTestNode,
  type TestNode,
  viemChain,
  ZK,
} from "../src/testNode.ts";

const coin = { abi: parseAbi(coinAbi), bytecode: coinCreationCode } as const;
const deed = { abi: parseAbi(deedAbi), bytecode: deedCreationCode } as const;
const POLL_MS = 20;

let node: TestNode;
const opened: { close(): void }[] = [];
/** Filters that were asked over HTTP, by their ids. */
const polledFilters = new Set<string>();
beforeAll(async () => {
  node = await startTestNode();
});
afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
  polledFilters.clear();
});
afterAll(() => node.stop());

const transports = {
  HTTP: (path: "zk" | "fast"): Transport =>
    http(`${node.rpc.url}/${path}`, {
      onFetchRequest(_, { body }) {
        const { method, params } = JSON.parse(String(body));
        if (method === "eth_getFilterChanges") polledFilters.add(params[0]);
      },
    }),
  WebSocket: (path: "zk" | "fast"): Transport => {
    const url = path === "zk" ? node.rpc.zkWebSocketUrl : node.rpc.fastWebSocketUrl;
    const transport = webSocket(url, { reconnect: false, keepAlive: false });
    return (options) => {
      const made = transport(options);
      opened.push({ close: () => void made.value?.getRpcClient().then((rpc) => rpc.close()) });
      return made as unknown as ReturnType<Transport>;
    };
  },
};

const names = ["HTTP", "WebSocket"] as const;
describe.each(names)("viem over %s", (name) => {
  function connect(path: "zk" | "fast" = "zk") {
    const chain = viemChain(path === "zk" ? ZK : FAST, `${node.rpc.url}/${path}`);
    const transport = transports[name](path);
    const options = { chain, transport, pollingInterval: POLL_MS };
    return {
      reader: createPublicClient(options),
      wallet: createWalletClient({ ...options, account: alice }),
    };
  }
  type Reader = ReturnType<typeof connect>["reader"];

  async function deployed(reader: Reader, deployment: Promise<Hash>) {
    const receipt = await reader.waitForTransactionReceipt({ hash: await deployment });
    expect(receipt.status).toBe("success");
    return receipt.contractAddress ?? zeroAddress;
  }

  it("deploys and uses an ERC-20", async () => {
    const { reader, wallet } = connect();
    const args = ["Coin", "CN", 10n] as const;
    const address = await deployed(reader, wallet.deployContract({ ...coin, args }));
    const token = { abi: coin.abi, address } as const;
    expect(await reader.readContract({ ...token, functionName: "name" })).toBe("Coin");

    const seen: unknown[] = [];
    const unwatch = reader.watchContractEvent({
      ...token,
      eventName: "Transfer",
      args: { to: bob.address },
      onLogs: (logs) => seen.push(...logs.map((log) => [log.args.value, log.blockNumber])),
    });
    await watching(reader, 1);
    const { request } = await reader.simulateContract({
      ...token,
      functionName: "transfer",
      args: [bob.address, 4n],
      account: alice,
    });
    const hash = await wallet.writeContract(request);
    const receipt = await reader.waitForTransactionReceipt({ hash });
    await expect.poll(() => seen).toEqual([[4n, receipt.blockNumber]]);
    unwatch();

    const balanceOf = (owner: `0x${string}`) =>
      reader.readContract({ ...token, functionName: "balanceOf", args: [owner] });
    expect([await balanceOf(alice.address), await balanceOf(bob.address)]).toEqual([6n, 4n]);
    const logs = await reader.getContractEvents({ ...token, eventName: "Transfer", fromBlock: 0n });
    expect(logs.map((log) => log.args.value)).toEqual([10n, 4n]);
    const tooMuch = { ...token, functionName: "transfer", args: [bob.address, 7n] } as const;
    expect(await customError(reader.simulateContract({ ...tooMuch, account: alice }))).toBe(
      "ERC20InsufficientBalance",
    );
  });

  it("deploys and uses an ERC-721", async () => {
    const { reader, wallet } = connect();
    const args = ["Deed", "DD"] as const;
    const address = await deployed(reader, wallet.deployContract({ ...deed, args }));
    const token = { abi: deed.abi, address } as const;
    for (const tokenId of [1n, 2n]) {
      const mint = { ...token, functionName: "mint", args: [alice.address, tokenId] } as const;
      await reader.waitForTransactionReceipt({ hash: await wallet.writeContract(mint) });
    }
    const hash = await wallet.writeContract({
      ...token,
      functionName: "safeTransferFrom",
      args: [alice.address, bob.address, 1n],
    });
    await reader.waitForTransactionReceipt({ hash });
    const ownerOf = { ...token, functionName: "ownerOf" } as const;
    expect(await reader.readContract({ ...ownerOf, args: [1n] })).toBe(bob.address);
    expect(await reader.readContract({ ...ownerOf, args: [2n] })).toBe(alice.address);
    expect(await customError(reader.readContract({ ...ownerOf, args: [3n] }))).toBe(
      "ERC721NonexistentToken",
    );
    const supports = { ...token, functionName: "supportsInterface" } as const;
    expect(await reader.readContract({ ...supports, args: ["0x80ac58cd"] })).toBe(true);
  });

  it("watches blocks and pending transactions", async () => {
    const { reader, wallet } = connect();
    const blocks: bigint[] = [];
    const pending: Hash[] = [];
    const stops = [
      reader.watchBlocks({ onBlock: ({ number }) => void blocks.push(number ?? -1n) }),
      reader.watchPendingTransactions({ onTransactions: (hashes) => pending.push(...hashes) }),
    ];
    await watching(reader, 1);
    const hash = await wallet.sendTransaction({ to: bob.address, value: 1n });
    const { blockNumber } = await reader.waitForTransactionReceipt({ hash });
    await expect.poll(() => blocks).toContain(blockNumber);
    await expect.poll(() => pending).toContain(hash);
    for (const stop of stops) stop();
  });

  it("waits for the receipt of a transaction that it sends: EIP-7966", async () => {
    const { wallet } = connect();
    const request = await wallet.prepareTransactionRequest({ to: bob.address, value: 1n });
    const serializedTransaction = await wallet.signTransaction(request);
    const receipt = await wallet.sendRawTransactionSync({ serializedTransaction });
    expect(receipt).toMatchObject({ status: "success", to: lowerCase(bob.address) });
  });

  it("uses the fast chain", async () => {
    const { reader, wallet } = connect("fast");
    const blocks: bigint[] = [];
    const stop = reader.watchBlockNumber({
      onBlockNumber: (number) => void blocks.push(number),
      emitMissed: true,
    });
    const before = await reader.getBalance({ address: bob.address });
    const hash = await wallet.sendTransaction({ to: bob.address, value: ETHER });
    const receipt = await reader.waitForTransactionReceipt({ hash });
    await expect.poll(() => blocks).toContain(receipt.blockNumber);
    stop();
    expect(await reader.getBalance({ address: bob.address })).toBe(before + ETHER);
    expect(await reader.getLogs({ fromBlock: 0n })).toEqual([]);
    expect(await reader.call({ to: bob.address, data: "0x01ffc9a7" })).toEqual({ data: undefined });
    const next = await wallet.prepareTransactionRequest({ to: bob.address, value: 1n });
    const serializedTransaction = await wallet.signTransaction(next);
    expect(await wallet.sendRawTransactionSync({ serializedTransaction })).toMatchObject({
      status: "success",
    });
  });

  /** Watchers don't say when they have begun. */
  async function watching(reader: Reader, filters: number) {
    // Over HTTP they make a filter, and then ask it.
    if (name === "HTTP") await expect.poll(() => polledFilters.size).toBe(filters);
    // On a socket, what is answered later was asked later.
    else await reader.getChainId();
  }
});

/** The name of the custom error that a contract refused with. */
async function customError(refused: Promise<unknown>) {
  const error = await refused.catch((thrown: unknown) => thrown);
  if (!(error instanceof BaseError)) throw new Error("not refused", { cause: error });
  const reverted = error.walk((one) => one instanceof ContractFunctionRevertedError);
  return (reverted as ContractFunctionRevertedError | null)?.data?.errorName ?? error.message;
}
