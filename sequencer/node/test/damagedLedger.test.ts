import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, encodeBlock, type LedgerHeight, ZERO_ADDRESS } from "@weft/protocol";
import { afterEach, expect, test } from "vitest";
import { type Logger, silentLogger, startNode, verifyLedger, type WeftNode } from "../src/index.ts";

// What a damaged disk does to a node: it says so, and goes on from what it can read, or doesn't start.

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

async function live<T>(
  dataDir: string,
  work: (node: WeftNode) => Promise<T>,
  logger: Logger = silentLogger,
): Promise<T> {
  const node = await startNode({ rpc: { port: 0 }, logger, dataDir });
  try {
    return await work(node);
  } finally {
    await node.stop();
  }
}

/** A node's folder, and its ledger's blocks; the newest is of the ZK chain. */
async function createLedger(): Promise<{ dataDir: string; blocks: Block[] }> {
  const dataDir = mkdtempSync(join(tmpdir(), "weft-damaged-"));
  cleanUp.push(() => rmSync(dataDir, { recursive: true, force: true }));
  const blocks = await live(dataDir, async (node) => {
    for (let count = 0; count < 3; count++) {
      await node.operator.send({ to: ZERO_ADDRESS, value: 1n });
    }
    return [...node.ledger.blocks({ fromHeight: 0 as LedgerHeight })];
  });
  return { dataDir, blocks };
}

/** Changes a byte of a block, wherever the file has it. */
function damage(dataDir: string, block: Block | undefined): void {
  if (block === undefined) throw new Error("there are blocks");
  const file = join(dataDir, "data.mdb");
  const content = readFileSync(file);
  const encoded = encodeBlock(block);
  let found = 0;
  for (let at = content.indexOf(encoded); at >= 0; at = content.indexOf(encoded, at + 1)) {
    const last = at + encoded.length - 1;
    content[last] = (content[last] as number) ^ 1;
    found++;
  }
  expect(found).toBeGreaterThan(0);
  writeFileSync(file, content);
}

test("a torn tail is cut, and said; both chains go on from there", async () => {
  const { dataDir, blocks } = await createLedger();
  const head = blocks.at(-1);
  damage(dataDir, head);
  const said: unknown[] = [];
  const logger = { ...silentLogger, error: (_: string, fields?: object) => said.push(fields) };
  await live(
    dataDir,
    async ({ ledger, fastChainId, zkChainId, zkChain, operator }) => {
      const height = blocks.length - 1;
      expect(said).toEqual([
        expect.objectContaining({ lost: { fromHeight: height, toHeight: height } }),
      ]);
      expect(ledger.head).toEqual(blocks.at(-2));
      expect((await zkChain.newest())?.hash).toBe(ledger.chainHead(zkChainId)?.hash);
      await operator.send({ to: ZERO_ADDRESS, value: 1n });
      await verifyLedger({ ledger, fastChainId, zkChainId });
    },
    logger,
  );
});

test("damage before blocks that can be read: STORE_CORRUPT with the height", async () => {
  const { dataDir, blocks } = await createLedger();
  const index = blocks.length - 2;
  damage(dataDir, blocks[index]);
  await expect(live(dataDir, async () => {})).rejects.toMatchObject({
    code: "STORE_CORRUPT",
    details: { height: index },
  });
});

test("a damaged ZK chain is made again from the ledger, and that is said", async () => {
  const { dataDir, blocks } = await createLedger();
  truncateSync(join(dataDir, "zk-chain", "data.mdb"), 100_000);
  const said: string[] = [];
  const logger = { ...silentLogger, warn: (message: string) => said.push(message) };
  await live(
    dataDir,
    async ({ ledger, fastChainId, zkChainId, zkChain, operator }) => {
      expect(said).toEqual([expect.stringMatching(/made again from the ledger/)]);
      expect(ledger.head).toEqual(blocks.at(-1));
      expect((await zkChain.newest())?.hash).toBe(ledger.chainHead(zkChainId)?.hash);
      await operator.send({ to: ZERO_ADDRESS, value: 1n });
      await verifyLedger({ ledger, fastChainId, zkChainId });
    },
    logger,
  );
});

test("a ledger that is gone where there are snapshots of it: LEDGER_INVALID", async () => {
  const { dataDir } = await createLedger();
  const file = join(dataDir, "data.mdb");
  mkdirSync(join(dataDir, "snapshots"), { recursive: true });
  writeFileSync(join(dataDir, "snapshots", "fast-0000000000000003.snapshot"), "");
  const content = readFileSync(file);
  truncateSync(file, 0);
  // Once more: the first attempt must not have begun another ledger.
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(live(dataDir, async () => {})).rejects.toMatchObject({
      code: "LEDGER_INVALID",
      details: { dataDir },
    });
  }
  writeFileSync(file, content);
  await live(dataDir, async () => {});
});
