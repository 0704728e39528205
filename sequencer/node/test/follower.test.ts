import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, portalAbi } from "@weft/contracts";
import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type Address,
  type Block,
  decodeFastTransaction,
  type Hex,
  hashHeader,
  type LedgerHeight,
  transactionsRoot,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@weft/protocol";
import { reservePort } from "@weft/protocol/testing/node";
import { type RpcServer, startRpcServer } from "@weft/rpc";
import { encodeFunctionData } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type Follower,
  type FollowerOptions,
  faultOf,
  lowerAddress,
  silentLogger,
  startFollower,
  startNode,
  type WeftNode,
} from "../src/index.ts";

const portal = lowerAddress(contractAddresses.portal);
const player: Address = "0x00000000000000000000000000000000000b0b02";
const retry = { minMs: 10, maxMs: 50 };
/** Otherwise vitest waits a second. */
const PATIENCE_MS = 60_000;
const LOG = { debug() {}, info() {}, warn() {}, error() {} };

let node: WeftNode;
/** The source's blocks, once it has done something. */
let blocks: Block[];
const cleanUp: (() => unknown)[] = [];

beforeAll(async () => {
  node = await startNode({ rpc: { port: 0 }, logger: silentLogger });
  for (let index = 0; index < 3; index++) await deposit();
  blocks = [...node.ledger.blocks({ fromHeight: 0 as LedgerHeight })];
});
afterAll(() => node.stop());
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

/** Sends value to the fast chain, and waits for the block in which it arrives. */
async function deposit(): Promise<void> {
  const nonce = node.fastChain.deposits;
  const data = encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [player] });
  await node.operator.send({ to: portal, data, value: 1n });
  const arrived = () =>
    (node.ledger.chainHead(node.fastChainId)?.transactions ?? [])
      .map(decodeFastTransaction)
      .some((transaction) => transaction.type === "deposit" && transaction.nonce === nonce);
  await vi.waitUntil(arrived, { timeout: PATIENCE_MS });
}

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-follow-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function follow(options: Partial<FollowerOptions> & { url: string }): Promise<Follower> {
  const follower = await startFollower({ rpc: { port: 0 }, logger: LOG, retry, ...options });
  cleanUp.push(() => follower.stop().catch(() => {}));
  return follower;
}

const heightOf = ({ ledger }: { ledger: Ledger }) => ledger.head?.header.height ?? -1;
const reached = (follower: Follower, height: number) =>
  expect.poll(() => heightOf(follower)).toBe(height);

/** A server that has nothing but a ledger, and serves it on. */
async function serve(served: readonly Block[], port = 0) {
  const [fastChainId, zkChainId] = [node.fastChainId, node.zkChainId];
  const chainIds = [zkChainId, fastChainId];
  const ledger = new Ledger({ store: createMemoryStore(), chainIds, proposer: ZERO_ADDRESS });
  for (const block of served) await ledger.append(block);
  const nothing = { chainId: fastChainId } as never;
  const rpc = await startRpcServer({
    ...{ ledger, zkChain: nothing, zkChainId, fastChain: nothing, port },
  });
  cleanUp.push(() => rpc.stop());
  return { ledger, rpc };
}

const balanceAt = async (rpc: RpcServer, path: "fast" | "zk", address: Address) =>
  BigInt(
    (await rpc[path].request({ method: "eth_getBalance", params: [address, "latest"] })) as Hex,
  );

describe("following a node", () => {
  test("gives the same blocks, and answers what is read as the node does", async () => {
    const follower = await follow({ url: node.rpc.url });
    await reached(follower, heightOf(node));
    await deposit();
    await reached(follower, heightOf(node));
    expect(follower.ledger.head).toEqual(node.ledger.head);
    expect(await balanceAt(follower.rpc, "fast", player)).toBe(node.fastChain.deposits);
    const { operator } = node;
    for (const path of ["fast", "zk"] as const) {
      const asked = balanceAt(follower.rpc, path, operator.address);
      expect(await asked).toBe(await balanceAt(node.rpc, path, operator.address));
    }
    const params = [{ fromHeight: 0 }];
    const method = "weft_getBlocks";
    expect(await follower.rpc.zk.request({ method, params })).toEqual(
      await node.rpc.zk.request({ method, params }),
    );
    expect(follower.result.fastBlocks + follower.result.zkBlocks).toBe(heightOf(node) + 1);
  });

  test("takes no transactions, on neither chain", async () => {
    const { rpc } = await follow({ url: node.rpc.url });
    const params = [await signedTransfer()];
    for (const dispatcher of [rpc.zk, rpc.fast]) {
      const sent = dispatcher.request({ method: "eth_sendRawTransaction", params });
      await expect(sent).rejects.toMatchObject({ data: { code: "FOLLOWER_READ_ONLY" } });
    }
  });

  test("can be followed itself", async () => {
    const first = await follow({ url: node.rpc.url });
    const second = await follow({ url: first.rpc.url });
    await reached(second, heightOf(node));
    expect(second.ledger.head).toEqual(node.ledger.head);
  });

  test("goes on where it stopped, with what had crossed by then", async () => {
    const dataDir = temporaryDir();
    const first = await follow({ url: node.rpc.url, dataDir });
    await reached(first, heightOf(node));
    await first.stop();
    await deposit();
    const second = await follow({ url: node.rpc.url, dataDir });
    await reached(second, heightOf(node));
    await deposit();
    await reached(second, heightOf(node));
    expect(second.ledger.head).toEqual(node.ledger.head);
    expect(await balanceAt(second.rpc, "fast", player)).toBe(node.fastChain.deposits);
  });

  test("waits for a node that isn't there yet, goes away, comes back with less, and goes on", async () => {
    const port = await reservePort();
    const url = `http://127.0.0.1:${port}`;
    const starting = follow({ url });
    const { rpc } = await serve(blocks.slice(0, 6), port);
    const follower = await starting;
    await reached(follower, 5);
    await rpc.stop();
    // It reads as before while nobody is there.
    expect(await follower.rpc.zk.request({ method: "eth_chainId" })).toBeDefined();
    const { ledger } = await serve(blocks.slice(0, 4), port);
    for (const block of blocks.slice(4)) await ledger.append(block);
    await reached(follower, blocks.length - 1);
    expect(follower.ledger.head).toEqual(blocks.at(-1));
  });

  test("can be ended while it waits for the node", async () => {
    const abort = new AbortController();
    const starting = startFollower({
      ...{ url: "http://127.0.0.1:1", rpc: { port: 0 }, logger: LOG, retry },
      signal: abort.signal,
    });
    abort.abort(new Error("no longer wanted"));
    await expect(starting).rejects.toThrow("no longer wanted");
  });
});

describe("following stops, and says at which height", () => {
  test.each([0, 1])(
    "a block that doesn't stand up to being checked, of chain %i",
    async (chain) => {
      const chainId = (blocks[chain] as Block).header.chainId;
      const target = blocks.findLast(({ header }) => header.chainId === chainId) as Block;
      const { height } = target.header;
      const forged = blocks.map((block) => (block === target ? withRoot(block) : block));
      // What comes after it doesn't fit any more, and isn't needed.
      const { rpc } = await serve(forged.slice(0, height + 1));
      const follower = await follow({ url: rpc.url });
      const fault = faultOf(await follower.failed);
      expect(fault).toMatchObject({
        height,
        code: chain === 0 ? "BLOCK_INVALID" : "STATE_ROOT_MISMATCH",
      });
      expect(heightOf(follower)).toBe(height - 1);
    },
  );

  test("a first block that doesn't", async () => {
    const [genesis] = blocks as [Block];
    const forged = withRoot(genesis);
    const fast = { ...(blocks[1] as Block) };
    const header = { ...fast.header, parentHash: forged.hash };
    const { rpc } = await serve([forged, { ...fast, header, hash: hashHeader(header) }]);
    const starting = follow({ url: rpc.url });
    await expect(starting.catch((error) => Promise.reject(faultOf(error)))).rejects.toMatchObject({
      height: 0,
      code: "BLOCK_INVALID",
    });
  });

  test("a fork: other blocks than those it has", async () => {
    const dataDir = temporaryDir();
    const first = await follow({ url: node.rpc.url, dataDir });
    await reached(first, heightOf(node));
    await first.stop();
    const height = 5;
    const { rpc, ledger } = await serve(blocks.slice(0, height));
    for (let count = 0; count < 20; count++) {
      const draft = { chainId: node.fastChainId, transactions: [], stateRoot: ZERO_HASH };
      ledger.propose({ ...draft, timestampMs: (blocks.at(-1) as Block).header.timestampMs });
    }
    const follower = await follow({ url: rpc.url, dataDir });
    const failure = await follower.failed;
    expect(failure).toMatchObject({ code: "LEDGER_FORKED", details: { height } });
  });

  test("another ledger", async () => {
    const dataDir = temporaryDir();
    await (await follow({ url: node.rpc.url, dataDir })).stop();
    const { rpc } = await serve([withRoot(blocks[0] as Block)]);
    const follower = await follow({ url: rpc.url, dataDir });
    expect(await follower.failed).toMatchObject({ code: "GENESIS_MISMATCH" });
  });

  test("a ledger that begins otherwise than is known", async () => {
    const starting = follow({ url: node.rpc.url, genesis: ZERO_HASH });
    await expect(starting).rejects.toMatchObject({ code: "GENESIS_MISMATCH" });
    const [genesis] = blocks as [Block];
    await follow({ url: node.rpc.url, genesis: genesis.hash });
  });
});

/** The same block with a state root that doesn't come out. */
function withRoot({ header, transactions }: Block): Block {
  const forged = {
    ...header,
    stateRoot: ZERO_HASH,
    transactionsRoot: transactionsRoot(transactions),
  };
  return { header: forged, hash: hashHeader(forged), transactions };
}

/** Something that a node would take. */
function signedTransfer(): Promise<Hex> {
  const account = privateKeyToAccount(generatePrivateKey());
  const fees = { maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 1n };
  return account.signTransaction({
    ...{ type: "eip1559", chainId: node.zkChainId, nonce: 0, gas: 21_000n, to: player },
    ...fees,
  });
}
