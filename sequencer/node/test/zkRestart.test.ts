import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, portalAbi } from "@weft/contracts";
import { type Address, chainNumber, type Hex } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { afterEach, expect, test } from "vitest";
import { lowerAddress } from "../src/genesis.ts";
import { silentLogger } from "../src/logger.ts";
import { startNode } from "../src/startNode.ts";
import type { WeftNode } from "../src/types.ts";
import { verifyLedger } from "../src/verifyLedger.ts";

// A node's directory as crashes leave it: ledger and ZK chain are two stores, and either may be ahead.

const ZK_CHAIN = "zk-chain";
const portal = lowerAddress(contractAddresses.portal);
const player: Address = "0x00000000000000000000000000000000000b0b01";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-restart-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A copy with the ledger of one directory and the ZK chain of another, or none. */
function combine(ledgerDir: string, zkDir?: string): string {
  const dir = temporaryDir();
  for (const name of readdirSync(ledgerDir)) {
    if (name !== ZK_CHAIN) cpSync(join(ledgerDir, name), join(dir, name), { recursive: true });
  }
  if (zkDir !== undefined) cpSync(join(zkDir, ZK_CHAIN), join(dir, ZK_CHAIN), { recursive: true });
  return dir;
}

/** Starts a node, lets it do something, and stops it. */
async function live<T>(dataDir: string, work: (node: WeftNode) => Promise<T>): Promise<T> {
  const node = await startNode({ rpc: { port: 0 }, logger: silentLogger, dataDir });
  try {
    return await work(node);
  } finally {
    await node.stop();
  }
}

const depositOne = async (node: WeftNode) => {
  const data = encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [player] });
  await node.operator.send({ to: portal, data, value: 1n });
};

/** That both chains are whole, and that what went into the portal arrived: that often, once each. */
async function expectDeposits(node: WeftNode, count: bigint): Promise<void> {
  const balance = async () => {
    const params = [player, "latest"];
    return BigInt((await node.rpc.fast.request({ method: "eth_getBalance", params })) as Hex);
  };
  await expect.poll(balance).toBe(count);
  const { ledger, fastChainId, zkChainId } = node;
  const head = ledger.chainHead(zkChainId);
  expect((await node.zkChain.newest())?.hash).toBe(head?.hash);
  await expect(verifyLedger({ ledger, fastChainId, zkChainId })).resolves.toMatchObject({
    stateRoots: { zk: head?.header.stateRoot },
  });
}

test("ledger and ZK chain meet again, whichever is ahead", async () => {
  const earlier = temporaryDir();
  await live(earlier, depositOne);
  const later = combine(earlier, earlier);
  await live(later, async (node) => {
    for (let count = 0; count < 3; count++) await depositOne(node);
    await expectDeposits(node, 4n);
  });

  // behind, by some blocks or by all
  for (const dir of [combine(later, earlier), combine(later)]) {
    await live(dir, async (node) => {
      await expectDeposits(node, 4n);
      await depositOne(node);
      await expectDeposits(node, 5n);
    });
  }
  // ahead, with blocks that nobody will ever order
  await live(combine(earlier, later), async (node) => {
    await expectDeposits(node, 1n);
    await depositOne(node);
    await expectDeposits(node, 2n);
  });
  // ahead of a ledger that has nothing yet
  const empty = temporaryDir();
  cpSync(join(later, ZK_CHAIN), join(empty, ZK_CHAIN), { recursive: true });
  await live(empty, async (node) => {
    expect((await node.zkChain.newest())?.number).toBe(0);
    await depositOne(node);
    await expectDeposits(node, 1n);
  });
});

test("a restart goes on, and the ZK chain of another ledger is taken back", async () => {
  const [one, other] = [temporaryDir(), temporaryDir()];
  const before = await live(one, async (node) => {
    await depositOne(node);
    return node.zkChain.blockByNumber(chainNumber(0));
  });
  await live(other, async () => {});
  await live(one, async (node) => {
    expect(await node.zkChain.blockByNumber(chainNumber(0))).toEqual(before);
    await expectDeposits(node, 1n);
  });
  await live(combine(one, other), (node) => expectDeposits(node, 1n));
});
