import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, gamePassAbi, roundReportsAbi } from "@weft/contracts";
import { type Hex, keccak256, utf8ToBytes } from "@weft/protocol";
import { encodeFunctionData, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, expect, test } from "vitest";
import { sendZk } from "../test/support/sendZk.ts";
import { lowerAddress, OPERATOR_GAS_WEI } from "./genesis.ts";
import { silentLogger } from "./logger.ts";
import { startNode } from "./startNode.ts";
import type { NodeOptions, WeftNode } from "./types.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

type Started = { readonly node: WeftNode; readonly warnings: readonly string[] };

async function start(options: NodeOptions): Promise<Started> {
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
  const node = await startNode({
    rpc: { port: 0 },
    logger,
    allowDevelopmentCircuits: true,
    ...options,
  });
  cleanUp.push(() => node.stop());
  return { node, warnings };
}

const gamePass = lowerAddress(contractAddresses.gamePass);
const roundReports = lowerAddress(contractAddresses.roundReports);
const mintTo = (to: Hex) =>
  encodeFunctionData({ abi: gamePassAbi, functionName: "mint", args: [to] });

/** As generous as can be. */
function registerCall(operator: Hex): Hex {
  const caps = { maxCap: 128, capWithoutQuorum: 128, mintsPerDay: 2 ** 32 - 1 };
  const args = [keccak256(utf8ToBytes("arena")), { operator, ...caps }] as const;
  return encodeFunctionData({ abi: roundReportsAbi, functionName: "registerGame", args });
}

const notOwner = {
  code: "OPERATOR_REVERTED",
  details: { errorName: "OwnableUnauthorizedAccount" },
};

/** The operator can neither raise caps nor mint passes, and has no more ZKPoW than gas takes. */
async function expectNoPower({ operator, zkClient }: WeftNode): Promise<void> {
  const register = { to: roundReports, data: registerCall(operator.address) };
  await expect(operator.send(register)).rejects.toMatchObject(notOwner);
  const mint = { to: gamePass, data: mintTo(operator.address) };
  await expect(operator.send(mint)).rejects.toMatchObject(notOwner);
  expect(await zkClient.getBalance({ address: operator.address })).toBe(OPERATOR_GAS_WEI);
}

test("in development the node has an owner beside its operator", async () => {
  const { node, warnings } = await start({});
  await expectNoPower(node);
  const { owner, operator } = node;
  expect(owner?.address).not.toBe(operator.address);
  await owner?.send({ to: roundReports, data: registerCall(operator.address) });
  await owner?.send({ to: gamePass, data: mintTo(operator.address) });
  expect(warnings).toEqual([]);
});

test("with an operator's key, the owner is whoever is named, and acts from outside", async () => {
  const cold = privateKeyToAccount(generatePrivateKey());
  const { node, warnings } = await start({
    operatorKey: generatePrivateKey(),
    owner: cold.address,
  });
  await expectNoPower(node);
  expect(node.owner).toBeUndefined();
  expect(warnings).toEqual([]);
  await sendZk(node, cold, { to: roundReports, data: registerCall(node.operator.address) });
  const game = await node.zkClient.readContract({
    address: roundReports,
    abi: roundReportsAbi,
    functionName: "gameOf",
    args: [keccak256(utf8ToBytes("arena"))],
  });
  expect(game.operator.toLowerCase()).toBe(node.operator.address);
});

test("an operator that owns the contracts has to be asked for, and is warned of at every start", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "weft-owner-"));
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const operatorKey = generatePrivateKey();
  const owner = privateKeyToAccount(operatorKey).address;
  const first = await start({ dataDir, operatorKey, owner });
  expect(first.node.owner).toBe(first.node.operator);
  expect(first.warnings).toEqual([expect.stringContaining("the operator owns the contracts")]);
  await first.node.stop();
  // The ledger says who the owner is: it needn't be given again.
  const second = await start({ dataDir, operatorKey });
  expect(second.node.owner).toBe(second.node.operator);
  expect(second.warnings).toEqual([expect.stringContaining("the operator owns the contracts")]);
  await second.node.stop();
  // And what is given doesn't change it.
  const third = await start({ dataDir, operatorKey: generatePrivateKey(), owner: gamePass });
  expect(third.node.owner).toBeUndefined();
  expect(third.warnings).toEqual([expect.stringContaining("another owner than the options say")]);
});

test("a node with the owner's key is the owner too, and says that it is", async () => {
  const ownerKey = generatePrivateKey();
  const { node, warnings } = await start({ operatorKey: generatePrivateKey(), ownerKey });
  await expectNoPower(node);
  expect(warnings).toEqual([expect.stringContaining("has the key of the contracts' owner")]);
  const receipt = await node.owner?.send({ to: gamePass, data: mintTo(node.operator.address) });
  expect(receipt?.status).toBe("success");
  const { address } = privateKeyToAccount(ownerKey);
  expect(await node.zkClient.getBalance({ address })).toBeGreaterThan(parseEther("999998000"));
});
