import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { contractAddresses } from "@weft/contracts";
import { fastPortalAbi } from "@weft/fast-chain";
import { type Hash, type Hex, keccak256, utf8ToBytes, ZERO_ADDRESS } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { expect, onTestFinished } from "vitest";
import { lowerAddress } from "../../src/index.ts";

// A node in a process of its own, players who are told what is on disk, and whether that was true.

const portal = lowerAddress(contractAddresses.portal);
const FAST_CHAIN_ID = 5701;
const SCRIPT = fileURLToPath(new URL("./nodeProcess.ts", import.meta.url));
const VERIFY_SCRIPT = fileURLToPath(new URL("./verifyProcess.ts", import.meta.url));
/** Of every so many of a sender's transactions one leaves the fast chain. */
const WITHDRAW_EVERY = 5;

export function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-kill-"));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** What a player was told is on disk, and how many of their transactions that makes at least. */
export type Player = {
  readonly account: PrivateKeyAccount;
  readonly acknowledged: Hash[];
  nonce: number;
};

export const createPlayer = (index: number): Player => ({
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
export type RunningNode = {
  readonly child: ChildProcess;
  readonly exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  /** Where its fast chain's JSON-RPC is; undefined when it ended before. */
  readonly fastUrl: Promise<string | undefined>;
  /** What it logged so far. */
  log(): string;
};

/** @param command what runs it, such as a shell that sets limits */
export function startProcess(
  dataDir: string,
  players: readonly Player[],
  command: readonly string[] = [],
  ids: { readonly uid?: number; readonly gid?: number } = {},
): RunningNode {
  const recipients = players.map(({ account }) => lowerAddress(account.address));
  const [file = "", ...args] = [...command, process.execPath, SCRIPT, dataDir, ...recipients];
  const child = spawn(file, args, { ...ids, stdio: ["ignore", "pipe", "pipe"] });
  // Not when it exits: what it said may still be on its way then.
  const exited = once(child, "close") as RunningNode["exited"];
  onTestFinished(async () => {
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
export async function play(url: string, player: Player, recipient: Player): Promise<void> {
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
export async function expectWhole(
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

/**
 * What was acknowledged is there, but for what damage has taken from the end, or made unreadable; and
 * nothing else is.
 */
export async function expectNothingElse(
  url: string,
  { account, acknowledged }: Player,
  allowed: { readonly lost: boolean; readonly unreadable: boolean },
): Promise<void> {
  const from = lowerAddress(account.address);
  const count = Number(await request<Hex>(url, "eth_getTransactionCount", [from, "latest"]));
  expect(count).toBeLessThanOrEqual(acknowledged.length + 1);
  if (!allowed.lost) expect(count).toBeGreaterThanOrEqual(acknowledged.length);
  for (const transactionHash of acknowledged.slice(0, count).slice(-NEWEST)) {
    try {
      const receipt = await request(url, "eth_getTransactionReceipt", [transactionHash]);
      expect(receipt).toMatchObject({ transactionHash, status: "0x1", from });
    } catch (error) {
      if (!(error instanceof RefusedError && allowed.unreadable)) throw error;
    }
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

/** What `verifyProcess.ts` found: nothing, or the codes of the error and its causes. */
type Verdict = { readonly codes: readonly string[]; readonly message?: string };

/** Starts a node in a process of its own and has everything replayed, on both chains, and held against each other. */
export async function verifyInProcess(
  dataDir: string,
  whileUp: (url: string) => Promise<void> = async () => {},
): Promise<Verdict> {
  const child = spawn(process.execPath, [VERIFY_SCRIPT, dataDir], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`it ended: ${await exited}`);
    return JSON.parse(value) as unknown;
  };
  const { fastUrl } = (await next()) as { fastUrl: string };
  await whileUp(fastUrl);
  const verdict = (await next()) as Verdict;
  child.stdin.end();
  expect(await exited).toEqual([0, null]);
  return verdict;
}

/** What was acknowledged is there, and everything verifies. */
export async function expectLedgerWhole(
  dataDir: string,
  players: readonly Player[],
): Promise<void> {
  const verdict = await verifyInProcess(dataDir, (url) => expectWhole(url, players, Infinity));
  expect(verdict).toEqual({ codes: [] });
}
