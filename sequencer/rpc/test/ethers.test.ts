import { coinAbi, coinCreationCode, deedAbi, deedCreationCode } from "@weft/contracts/testing";
import {
  Contract,
  ContractFactory,
  type EventLog,
  JsonRpcProvider,
  Wallet,
  WebSocketProvider,
} from "ethers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { aliceKey, bob, ETHER, FAST, startTestNode, type TestNode, ZK } from "../src/testNode.ts";

const POLL_MS = 20;
/** By default ethers repeats answers for 250 ms: old ones, where blocks come faster. */
const noCache = { cacheTimeout: -1 };

let node: TestNode;
let open: (JsonRpcProvider | WebSocketProvider)[] = [];
beforeAll(async () => {
  node = await startTestNode();
});
afterEach(async () => {
  for (const provider of open) await provider.destroy();
  open = [];
});
afterAll(() => node.stop());

type Path = "zk" | "fast";
const providers = {
  HTTP: (path: Path) => {
    const options = { ...noCache, polling: true };
    const provider = new JsonRpcProvider(`${node.rpc.url}/${path}`, undefined, options);
    provider.pollingInterval = POLL_MS;
    return provider;
  },
  "HTTP with filters": (path: Path) => {
    const provider = new JsonRpcProvider(`${node.rpc.url}/${path}`, undefined, noCache);
    provider.pollingInterval = POLL_MS;
    return provider;
  },
  WebSocket: (path: Path) => {
    const { zkWebSocketUrl, fastWebSocketUrl } = node.rpc;
    const url = path === "zk" ? zkWebSocketUrl : fastWebSocketUrl;
    return new WebSocketProvider(url, undefined, noCache);
  },
};

const names = ["HTTP", "HTTP with filters", "WebSocket"] as const;
describe.each(names)("ethers over %s", (name) => {
  function connect(path: Path = "zk") {
    const provider = providers[name](path);
    open.push(provider);
    return { provider, signer: new Wallet(aliceKey, provider) };
  }

  it("deploys and uses an ERC-20", async () => {
    const { provider, signer } = connect();
    const factory = new ContractFactory(coinAbi, coinCreationCode, signer);
    const deployment = await factory.deploy("Coin", "CN", 10n);
    await deployment.waitForDeployment();
    const coin = new Contract(await deployment.getAddress(), coinAbi, signer);
    expect(await coin.getFunction("name")()).toBe("Coin");

    const amounts: bigint[] = [];
    await coin.on(coin.getEvent("Transfer")(null, bob.address), ({ args }: EventLog) => {
      amounts.push(args.value);
    });
    const transfer = coin.getFunction("transfer");
    const sent = await transfer(bob.address, 4n);
    const receipt = await sent.wait();
    expect(receipt).toMatchObject({ status: 1, hash: sent.hash, to: coin.target });
    await expect.poll(() => amounts).toEqual([4n]);
    await coin.removeAllListeners();

    expect(await coin.getFunction("balanceOf")(bob.address)).toBe(4n);
    const logs = await coin.queryFilter(coin.getEvent("Transfer"));
    expect(logs.map((log) => (log as EventLog).args.value)).toEqual([10n, 4n]);
    const refused = transfer.staticCall(bob.address, 7n);
    await expect(refused).rejects.toMatchObject({
      code: "CALL_EXCEPTION",
      revert: { name: "ERC20InsufficientBalance" },
    });
    await expect(transfer.estimateGas(bob.address, 7n)).rejects.toMatchObject({
      code: "CALL_EXCEPTION",
    });
    expect(await provider.getCode(coin.target)).toMatch(/^0x60/);
  });

  it("deploys and uses an ERC-721", async () => {
    const { signer } = connect();
    const deployment = await new ContractFactory(deedAbi, deedCreationCode, signer).deploy(
      "Deed",
      "DD",
    );
    const contract = await deployment.waitForDeployment();
    const deed = new Contract(contract.target, deedAbi, signer);
    for (const tokenId of [1n, 2n]) {
      await (await deed.getFunction("mint")(signer.address, tokenId)).wait();
    }
    const move = deed.getFunction("safeTransferFrom");
    await (await move(signer.address, bob.address, 1n)).wait();
    const ownerOf = deed.getFunction("ownerOf");
    expect(await ownerOf(1n)).toBe(bob.address);
    expect(await ownerOf(2n)).toBe(signer.address);
    await expect(ownerOf(3n)).rejects.toMatchObject({
      revert: { name: "ERC721NonexistentToken" },
    });
    expect(await deed.getFunction("supportsInterface")("0x80ac58cd")).toBe(true);
  });

  it("hears of blocks and pending transactions", async () => {
    const { provider, signer } = connect();
    const blocks: number[] = [];
    const pending: string[] = [];
    await provider.on("block", (number: number) => blocks.push(number));
    if (name !== "HTTP") await provider.on("pending", (hash: string) => pending.push(hash));
    const sent = await signer.sendTransaction({ to: bob.address, value: 1n });
    const receipt = await sent.wait();
    await expect.poll(() => blocks).toContain(receipt?.blockNumber);
    if (name !== "HTTP") await expect.poll(() => pending).toContain(sent.hash);
  });

  it("reads blocks, fees, and what is final", async () => {
    const { provider } = connect();
    expect((await provider.getNetwork()).chainId).toBe(BigInt(ZK));
    const block = await provider.getBlock("latest", true);
    expect(block?.prefetchedTransactions.length).toBeGreaterThan(0);
    expect((await provider.getBlock("finalized"))?.number).toBe(0);
    expect((await provider.getFeeData()).maxFeePerGas).toBeGreaterThan(0n);
  });

  it("uses the fast chain", async () => {
    const { provider, signer } = connect("fast");
    expect((await provider.getNetwork()).chainId).toBe(BigInt(FAST));
    const before = await provider.getBalance(bob.address);
    const sent = await signer.sendTransaction({ to: bob.address, value: ETHER });
    const receipt = await sent.wait();
    expect(receipt?.status).toBe(1);
    expect(await provider.getBalance(bob.address)).toBe(before + ETHER);
    expect((await provider.getBlock(receipt?.blockNumber ?? -1))?.transactions).toContain(
      sent.hash,
    );
  });
});
