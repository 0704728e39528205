import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { contractAddresses } from "@weft/contracts";
import { fastPortalAbi } from "@weft/fast-chain";
import { type Hash, type Hex, keccak256, utf8ToBytes, ZERO_ADDRESS } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { afterEach, expect, test } from "vitest";
import { lowerAddress, silentLogger, startNode, verifyLedger } from "../src/index.ts";

// More of them: WEFT_KILLS=1000. The same again: WEFT_KILL_SEED=<what was printed>.
const KILLS = Number(process.env.WEFT_KILLS ?? 12);
const SEED = Number(process.env.WEFT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** On a machine that does other things too. */
const CYCLE_TIMEOUT_MS = 20_000;
const MAX_UPTIME_MS = 1000;

const portal = lowerAddress(contractAddresses.portal);
const FAST_CHAIN_ID = 5701;
const SCRIPT = fileURLToPath(new URL("./support/nodeProcess.ts", import.meta.url));
/** Of every so many of a sender's transactions one leaves the fast chain. */
const WITHDRAW_EVERY = 5;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-kill-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** mulberry32 */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** What a player was told is on disk, and how many of their transactions that makes at least. */
type Player = {
  readonly account: PrivateKeyAccount;
  readonly acknowledged: Hash[];
  nonce: number;
};

const createPlayer = (index: number): Player => ({
  account: privateKeyToAccount(keccak256(utf8ToBytes(`kill ${index}`))),
  acknowledged: [],
  nonce: 0,
});

/** Receipts that are asked for after each kill; at the end it is all of them. */
const NEWEST = 20;

class RefusedError extends Error {}

async function request<T>(url: string, method: string, params: unknown[]): Promise<T> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body });
  const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
  if (error !== undefined) throw new RefusedError(error.message);
  return result;
}

/** A node in a process of its own, and what it said. */
type RunningNode = {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  /** Where its fast chain's JSON-RPC is; undefined when it ended before. */
  readonly fastUrl: Promise<string | undefined>;
  /** What it logged so far. */
  log(): string;
};

function startProcess(
  dataDir: string,
  players: readonly Player[],
  command: readonly string[] = [],
): RunningNode {
  const recipients = players.map(({ account }) => lowerAddress(account.address));
  const [file = "", ...args] = [...command, process.execPath, SCRIPT, dataDir, ...recipients];
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
  const exited = once(child, "exit");
  cleanUp.push(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const lines = createInterface({ input: child.stdout });
  const firstLine = Promise.race([
    once(lines, "line").then(
      ([line]) => (JSON.parse(line as string) as { fastUrl: string }).fastUrl,
    ),
    once(lines, "close").then(() => undefined),
  ]);
  return { child, exited, fastUrl: firstLine, log: () => log };
}

/** One player's transactions, each once the one before is on disk, until the node is gone. */
async function play(url: string, player: Player, recipient: Player): Promise<void> {
  const to = lowerAddress(recipient.account.address);
  const args = [ZERO_ADDRESS, 1n, to] as const;
  const data = encodeFunctionData({ abi: fastPortalAbi, functionName: "withdraw", args });
  for (;;) {
    const leaves = player.nonce % WITHDRAW_EVERY === WITHDRAW_EVERY - 1;
    const call = leaves ? { to: portal, data, value: 0n } : { to, value: 1n };
    const raw = await player.account.signTransaction({
      ...{ chainId: FAST_CHAIN_ID, type: "eip1559", gas: 100_000n, maxFeePerGas: 0n },
      ...{ ...call, nonce: player.nonce },
    });
    let hash: Hash;
    try {
      hash = await request<Hash>(url, "eth_sendRawTransaction", [raw]);
    } catch (error) {
      // Gone, or on its way out. Whether it took this one will be seen.
      if (error instanceof RefusedError && !/stop|closed|failed|disk/i.test(error.message))
        throw error;
      return;
    }
    player.acknowledged.push(hash);
    player.nonce++;
  }
}

/** What was acknowledged is there, and nothing was applied that wasn't sent. */
async function expectWhole(
  url: string,
  players: readonly Player[],
  newest = NEWEST,
): Promise<void> {
  for (const player of players) {
    const address = lowerAddress(player.account.address);
    const count = Number(await request<Hex>(url, "eth_getTransactionCount", [address, "latest"]));
    // One more may have been on its way when the node was killed.
    expect(count - player.acknowledged.length).toBeOneOf([0, 1]);
    for (const hash of player.acknowledged.slice(-newest)) {
      const receipt = await request<object | null>(url, "eth_getTransactionReceipt", [hash]);
      expect(receipt).toMatchObject({ transactionHash: hash, status: "0x1", from: address });
    }
    player.nonce = count;
    if (count > player.acknowledged.length) player.acknowledged.push(await unanswered(url, player));
  }
}

/** The transaction that was ordered without anybody being told: found among its sender's nonces. */
async function unanswered(url: string, player: Player): Promise<Hash> {
  const head = Number(await request<Hex>(url, "eth_blockNumber", []));
  const nonce = `0x${(player.nonce - 1).toString(16)}`;
  const from = lowerAddress(player.account.address);
  type FastBlock = { transactions: { hash: Hash; from: string; nonce: string }[] };
  for (let number = head; number > 0; number--) {
    const params = [`0x${number.toString(16)}`, true];
    const { transactions } = await request<FastBlock>(url, "eth_getBlockByNumber", params);
    const found = transactions.filter((each) => each.from === from && each.nonce === nonce);
    expect(found.length).toBeLessThan(2);
    if (found[0] !== undefined) return found[0].hash;
  }
  throw new Error(`no block has the transaction ${nonce} of ${from}`);
}

/** Stopped in order; then everything is replayed, on both chains, and held against each other. */
async function expectLedgerWhole(dataDir: string, players: readonly Player[]): Promise<void> {
  const node = await startNode({ dataDir, rpc: { port: 0 }, logger: silentLogger });
  try {
    await expectWhole(node.rpc.fastUrl, players, Infinity);
    const { ledger, fastChainId, zkChainId } = node;
    const head = ledger.chainHead(zkChainId);
    expect((await node.zkChain.newest())?.hash).toBe(head?.hash);
    // Whatever left has arrived: at the latest with the block that this start made.
    await expect.poll(() => node.zkChain.nextReleaseNonce()).toBe(node.fastChain.withdrawals);
    const verified = await verifyLedger({ ledger, fastChainId, zkChainId });
    expect(verified.stateRoots.fast).toBe(ledger.chainHead(fastChainId)?.header.stateRoot);
    expect(verified.stateRoots.zk).toBe(ledger.chainHead(zkChainId)?.header.stateRoot);
  } finally {
    await node.stop();
  }
}

test(
  `killed at random moments, a node loses nothing that it acknowledged (WEFT_KILL_SEED=${SEED})`,
  async () => {
    console.info(`WEFT_KILL_SEED=${SEED} WEFT_KILLS=${KILLS}`);
    const random = createRandom(SEED);
    const dataDir = temporaryDir();
    const players = [createPlayer(0), createPlayer(1), createPlayer(2)] as const;
    let fromSnapshot = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const node = startProcess(dataDir, players);
      // Some don't live to listen.
      if (random(5) === 0) await wait(random(MAX_UPTIME_MS));
      else {
        const url = await node.fastUrl;
        if (url === undefined)
          throw new Error(`it didn't start after ${kill} kills: ${node.log()}`);
        await expectWhole(url, players);
        const playing = players.map((player, index) =>
          play(url, player, players[(index + 1) % players.length] as Player),
        );
        await wait(random(MAX_UPTIME_MS));
        node.child.kill("SIGKILL");
        await Promise.all(playing);
      }
      node.child.kill("SIGKILL");
      await node.exited;
      if (/"snapshotHeight":\d/.test(node.log())) fromSnapshot++;
      expect(node.log()).not.toMatch(/damaged|can't be written or used/);
    }
    expect(readdirSync(join(dataDir, "snapshots")).length).toBeLessThanOrEqual(3);
    expect(fromSnapshot).toBeGreaterThan(0);
    const told = players.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    expect(told).toBeGreaterThan(KILLS);
    await expectLedgerWhole(dataDir, players);
  },
  KILLS * CYCLE_TIMEOUT_MS,
);

test("a node whose disk is full stops, and has acknowledged nothing that isn't there", async () => {
  const dataDir = temporaryDir();
  const players = [createPlayer(0), createPlayer(1)] as const;
  // So far so good: the genesis fits. A limit on the size of files, in blocks of 512 bytes, acts as a full disk.
  const limited = ["sh", "-c", 'ulimit -f 2600; exec "$@"', "sh"];
  const node = startProcess(dataDir, players, limited);
  const url = await node.fastUrl;
  if (url === undefined) throw new Error(`it didn't start: ${node.log()}`);
  await Promise.all([play(url, players[0], players[1]), play(url, players[1], players[0])]);
  expect(await node.exited).toEqual([3, null]);
  expect(node.log()).toMatch(/STORE_FAILED/);
  expect(players[0].acknowledged.length + players[1].acknowledged.length).toBeGreaterThan(0);
  await expectLedgerWhole(dataDir, players);
}, 120_000);
