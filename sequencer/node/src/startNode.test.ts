import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, gamePassAbi, portalAbi, roundReportsAbi } from "@weft/contracts";
import { fastPortalAbi } from "@weft/fast-chain";
import { keccak256, utf8ToBytes, ZERO_ADDRESS } from "@weft/protocol";
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  encodeFunctionData,
  http,
  parseEther,
  stringToHex,
} from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, expect, test } from "vitest";
import { lowerAddress } from "./genesis.ts";
import { silentLogger } from "./logger.ts";
import { startNode } from "./startNode.ts";
import type { NodeOptions, WeftNode } from "./types.ts";
import { verifyLedger } from "./verifyLedger.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function start(options: NodeOptions = {}): Promise<WeftNode> {
  const node = await startNode({ rpc: { port: 0 }, logger: silentLogger, ...options });
  cleanUp.push(() => node.stop());
  return node;
}

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-node-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

const portal = lowerAddress(contractAddresses.portal);
const operatorKey = keccak256(utf8ToBytes("operator"));
const someone = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045" as const;
const mistyped = "0xD8dA6BF26964aF9D7eEd9e03E53415D37aA96045" as const;

/** A wallet on both chains, over HTTP as any wallet. */
function wallet(node: WeftNode, account = privateKeyToAccount(generatePrivateKey())) {
  const client = (id: number, url: string) => {
    const nativeCurrency = { name: "ZKPoW", symbol: "ZKPoW", decimals: 18 };
    const chain = defineChain({
      id,
      name: `chain ${id}`,
      nativeCurrency,
      rpcUrls: { default: { http: [url] } },
    });
    const options = { chain, transport: http(url), pollingInterval: 20 };
    return {
      public: createPublicClient(options),
      wallet: createWalletClient({ ...options, account }),
    };
  };
  return {
    account,
    zk: client(node.zkChainId, node.rpc.zkUrl),
    fast: client(node.fastChainId, node.rpc.fastUrl),
  };
}

async function fund(node: WeftNode, to: string, ether: string): Promise<void> {
  await node.operator.send({ to: lowerAddress(to), value: parseEther(ether) });
}

async function depositAndWithdraw(node: WeftNode, heldBefore = 0n) {
  const { account, zk, fast } = wallet(node);
  await fund(node, account.address, "10");
  const deposit = await zk.wallet.writeContract({
    address: contractAddresses.portal,
    abi: portalAbi,
    functionName: "deposit",
    args: [account.address],
    value: parseEther("4"),
  });
  await zk.public.waitForTransactionReceipt({ hash: deposit });
  await expect
    .poll(() => fast.public.getBalance({ address: account.address }))
    .toBe(parseEther("4"));
  const withdrawal = await fast.wallet.sendTransaction({
    to: portal,
    data: encodeFunctionData({
      abi: fastPortalAbi,
      functionName: "withdraw",
      args: [ZERO_ADDRESS, parseEther("1"), account.address],
    }),
  });
  await fast.public.waitForTransactionReceipt({ hash: withdrawal });
  const held = () =>
    zk.public.readContract({
      address: contractAddresses.portal,
      abi: portalAbi,
      functionName: "held",
      args: [ZERO_ADDRESS],
    });
  await expect.poll(held).toBe(heldBefore + parseEther("3"));
  expect(await fast.public.getBalance({ address: account.address })).toBe(parseEther("3"));
  return account;
}

test("value crosses in both directions, and the ledger verifies", async () => {
  const node = await start();
  await depositAndWithdraw(node);
  const { ledger, fastChainId, zkChainId } = node;
  const result = await verifyLedger({ ledger, fastChainId, zkChainId });
  expect(result.heights).toBe((ledger.head?.header.height ?? 0) + 1);
  expect(result.fastBlocks).toBeGreaterThanOrEqual(3);
  expect(result.zkBlocks).toBeGreaterThanOrEqual(4);
});

test("what a wallet may not do is refused with a reason it can show", async () => {
  const node = await start();
  const { account, fast, zk } = wallet(node);
  const withdraw = fast.wallet.sendTransaction({
    to: portal,
    data: encodeFunctionData({
      abi: fastPortalAbi,
      functionName: "withdraw",
      args: [ZERO_ADDRESS, 1n, account.address],
    }),
  });
  await expect(withdraw).rejects.toThrow("exceeds the balance of the account");
  const mint = zk.public.simulateContract({
    account,
    address: contractAddresses.gamePass,
    abi: gamePassAbi,
    functionName: "mint",
    args: [account.address],
  });
  await expect(mint).rejects.toThrow("OwnableUnauthorizedAccount");
});

test("the operator learns by name why a contract refused", async () => {
  const node = await start();
  const data = encodeFunctionData({
    abi: roundReportsAbi,
    functionName: "openRound",
    args: [stringToHex("round", { size: 32 }), stringToHex("nope", { size: 32 }), 1, 2n ** 40n, []],
  });
  const call = { to: lowerAddress(contractAddresses.roundReports), data };
  await expect(node.operator.send(call)).rejects.toMatchObject({
    code: "OPERATOR_REVERTED",
    details: { errorName: "GameNotRegistered" },
  });
  // One call that fails holds up none of those after it.
  const receipts = await Promise.all(
    [1n, 2n, 3n].map((value) =>
      node.operator.send({ to: portal.replace("78", "79") as never, value }),
    ),
  );
  expect(receipts.map(({ status }) => status)).toEqual(["success", "success", "success"]);
});

test("a restart goes on where the ledger ended", async () => {
  const dataDir = temporaryDir();
  const first = await start({ dataDir });
  const account = await depositAndWithdraw(first);
  const { head } = first.ledger;
  await first.stop();

  const second = await start({ dataDir });
  const clients = wallet(second, account);
  expect(second.ledger.head?.header.height).toBeGreaterThanOrEqual(head?.header.height ?? 0);
  expect(await clients.fast.public.getBalance({ address: account.address })).toBe(parseEther("3"));
  const again = wallet(second);
  await fund(second, again.account.address, "2");
  expect(await again.zk.public.getBalance({ address: again.account.address })).toBe(
    parseEther("2"),
  );
  await depositAndWithdraw(second, parseEther("3"));
  const { ledger, fastChainId, zkChainId } = second;
  const result = await verifyLedger({ ledger, fastChainId, zkChainId });
  expect(result.heights).toBeGreaterThan((head?.header.height ?? 0) + 5);
});

test.each([
  [{ zkChainId: 0 }, "zkChainId"],
  [{ zkChainId: 7, fastChainId: 7 }, "fastChainId"],
  [{ rpc: { port: 70_000 } }, "rpc.port"],
  [{ snapshots: { keep: 0 } }, "snapshots.keep"],
  [{ operatorKey: "0x12" as const }, "operatorKey"],
  [{ operatorKey }, "owner"],
  [{ operatorKey, owner: "0x12" as const }, "owner"],
  [{ operatorKey, owner: ZERO_ADDRESS }, "owner"],
  // One letter's case is wrong, and with it the checksum.
  [{ operatorKey, owner: mistyped }, "owner"],
  [{ operatorKey, owner: someone, ownerKey: "0x12" as const }, "ownerKey"],
  [{ operatorKey, owner: someone, ownerKey: operatorKey }, "ownerKey"],
  [{ owner: someone }, "operatorKey"],
  [{ ownerKey: operatorKey }, "operatorKey"],
  [{ dataDir: "/dev/null/x" }, "dataDir"],
  [{ loopWarnMs: 0 }, "loopWarnMs"],
])("%j is refused with the option's name", async (options, option) => {
  await expect(
    startNode({ logger: silentLogger, rpc: { port: 0 }, ...options }),
  ).rejects.toMatchObject({
    code: "OPTION_INVALID",
    details: { option },
  });
});

test("a taken port is an error, and leaves nothing running", async () => {
  const node = await start();
  const { port } = node.rpc;
  await expect(start({ rpc: { port } })).rejects.toMatchObject({ code: "LISTEN_FAILED" });
});
