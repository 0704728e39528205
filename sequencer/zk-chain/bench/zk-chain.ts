// Signed transactions go through the whole engine: into the mempool, into a block, executed with a root after each,
// and with the block into LMDB, synced. The tree holds accounts beforehand, to which the transfers go.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Account, createAddressFromString } from "@ethereumjs/util";
import { contractAddresses, gamePassAbi } from "@weft/contracts";
import { type Address, keccak256, STATE_LEAF, timestampMs } from "@weft/protocol";
import { leafKeyOf } from "@weft/state-tree";
import { encodeFunctionData } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import {
  type ClosableEngine,
  createZkEngine,
  type EngineStorage,
  storeInMemory,
  storeOnDisk,
} from "../src/engine/engine.ts";
import type { StateBackend } from "../src/engine/state/stateBackend.ts";
import {
  alice,
  CHAIN_ID,
  GWEI,
  lowerCase,
  START_MS,
  sign,
  TestLedger,
  genesis as testGenesis,
} from "../src/testChain.ts";
import type { BuiltBlock } from "../src/types.ts";
import { createMerkleStateBackend } from "../test/merkleStateBackend.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };

const SIZES: readonly number[] = [10_000, 1_000_000];
/** EthereumJS's own state is too slow to be filled with more. */
const MAX_BASELINE_LEAVES = 10_000;
const ACCOUNTS_A_LOADING_BLOCK = 50_000;
/** Blocks that are timed; one more of each kind goes before, to warm up. */
const ROUNDS = 6;
const SENDERS = 64;
const TRANSFERS_A_SENDER = 4;
/** All are the owner's, of whom so many may wait. */
const MINTS_A_BLOCK = 64;

const senders = Array.from({ length: SENDERS }, (_, index) =>
  privateKeyToAccount(keccak256(Uint8Array.of(0xbe, index))),
);
/** Has a transaction in every block that loads: without one there would be no block. */
const loader = privateKeyToAccount(keccak256(Uint8Array.of(0x10)));
const genesis = {
  ...testGenesis,
  allocations: [alice, loader, ...senders].map(({ address }) => ({
    address: lowerCase(address),
    balance: 1_000n * GWEI * GWEI,
  })),
};

/** Of the accounts that are there beforehand, and whom transfers go to. */
function accountAddress(index: number): Address {
  return `0x${(0xacc0_0000_0000n + BigInt(index)).toString(16).padStart(40, "0")}`;
}
/** The same in every run, and all over the tree. */
const receiverOf = (transfer: number, leafCount: number) =>
  accountAddress((transfer * 7_919_317) % leafCount);

/** Block by block, so that each leaf is hashed about once: a new one changes the one before it, too. */
function inOrderOfLeaves(leafCount: number): Address[] {
  const accounts = Array.from({ length: leafCount }, (_, index) => {
    const address = accountAddress(index);
    return { address, key: leafKeyOf(address, STATE_LEAF.basicData) };
  });
  accounts.sort((a, b) => (a.key < b.key ? -1 : 1));
  return accounts.map(({ address }) => address);
}

async function signTransfers(leafCount: number): Promise<Uint8Array[][]> {
  let count = 0;
  const blocks: Uint8Array[][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const block: Uint8Array[] = [];
    for (let each = 0; each < TRANSFERS_A_SENDER; each++) {
      for (const sender of senders) {
        const to = receiverOf(count++, leafCount);
        const nonce = round * TRANSFERS_A_SENDER + each;
        block.push(await sign(sender, { to, value: 1n, gas: 21_000n, nonce }));
      }
    }
    blocks.push(block);
  }
  return blocks;
}

async function signMints(leafCount: number): Promise<Uint8Array[][]> {
  const blocks: Uint8Array[][] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const block: Uint8Array[] = [];
    for (let each = 0; each < MINTS_A_BLOCK; each++) {
      const nonce = round * MINTS_A_BLOCK + each;
      const args = [receiverOf(nonce, leafCount)] as const;
      const data = encodeFunctionData({ abi: gamePassAbi, functionName: "mint", args });
      block.push(await sign(alice, { to: contractAddresses.gamePass, gas: 300_000n, data, nonce }));
    }
    blocks.push(block);
  }
  return blocks;
}

/** A chain whose first blocks, though nothing in them says so, bring all the accounts. */
class BenchChain {
  readonly #engine: ClosableEngine;
  readonly #backend: StateBackend;
  readonly #ledger = new TestLedger();
  /** Accounts that are still to come. */
  readonly #left: Address[];

  constructor({ backend, history }: EngineStorage, leafCount: number) {
    this.#left = inOrderOfLeaves(leafCount);
    this.#backend = backend;
    const ignore = () => {};
    const filling: StateBackend = {
      records: backend.records,
      view: (root) => backend.view(root),
      prove: (...args) => backend.prove(...args),
      rollBackTo: (...args) => backend.rollBackTo(...args),
      close: () => backend.close(),
      fork: () => this.#filledFork(),
    };
    this.#engine = createZkEngine(
      { onPending: ignore, onCommitted: ignore, onDropped: ignore },
      { backend: filling, history },
    );
  }

  async load(): Promise<void> {
    await this.#order(await this.#engine.buildGenesis(genesis));
    for (let nonce = 0; this.#left.length > 0; nonce++) {
      await this.run([await sign(loader, { to: alice.address, nonce })]);
    }
  }

  /** Executes these in one block. @returns how long it took, in ms */
  async run(transactions: readonly Uint8Array[]): Promise<number> {
    const start = performance.now();
    for (const raw of transactions) await this.#engine.submit(raw);
    const number = this.#ledger.blocks.length;
    const built = await this.#engine.build({
      timestampMs: timestampMs(START_MS + number * 1000),
      releases: [],
    });
    const isDone = built?.receipts.every(({ status }) => status === "success") ?? false;
    if (built === undefined || !isDone || built.receipts.length !== transactions.length) {
      throw new Error("a transaction wasn't executed");
    }
    await this.#order(built);
    return performance.now() - start;
  }

  close(): Promise<void> {
    return this.#backend.close();
  }

  async #order(built: BuiltBlock): Promise<void> {
    const { header, hash } = this.#ledger.order(built);
    await this.#engine.commit(header, hash);
  }

  async #filledFork() {
    const fork = await this.#backend.fork();
    const accounts = this.#left.splice(-ACCOUNTS_A_LOADING_BLOCK);
    for (const address of accounts) {
      await fork.state.putAccount(createAddressFromString(address), new Account(0n, 1n));
    }
    return fork;
  }
}

/** Transactions a second over all rounds but the first; the chains take turns. */
async function measure(
  chains: readonly BenchChain[],
  blocks: readonly Uint8Array[][],
): Promise<number[]> {
  const totals = chains.map(() => 0);
  for (const [round, block] of blocks.entries()) {
    for (const [index, chain] of chains.entries()) {
      const elapsedMs = await chain.run(block);
      if (round > 0) totals[index] = (totals[index] as number) + elapsedMs;
    }
  }
  const count = blocks.slice(1).flat().length;
  return totals.map((totalMs) => Math.round((count / totalMs) * 1000));
}

function toRow(metric: string, [value, baseline]: readonly number[]): Row {
  const row = { metric, value: value as number, unit: "1/s" };
  if (baseline === undefined) return row;
  return { ...row, baseline, ratio: Math.round((row.value / baseline) * 100) / 100 };
}

async function benchSize(leafCount: number, log: (line: string) => void): Promise<Row[]> {
  const name = leafCount >= 1e6 ? `${leafCount / 1e6}m` : `${leafCount / 1e3}k`;
  const dir = mkdtempSync(join(tmpdir(), "weft-zk-chain-bench-"));
  const chains = [new BenchChain(storeOnDisk(dir), leafCount)];
  if (leafCount <= MAX_BASELINE_LEAVES) {
    const backend = await createMerkleStateBackend(CHAIN_ID);
    chains.push(new BenchChain({ ...storeInMemory(), backend }, leafCount));
  }
  try {
    const start = performance.now();
    for (const chain of chains) await chain.load();
    log(`${leafCount} accounts after ${Math.round((performance.now() - start) / 1000)} s`);
    const transfers = await measure(chains, await signTransfers(leafCount));
    log(`transfers: ${transfers.join(" against ")} a second`);
    const mints = await measure(chains, await signMints(leafCount));
    log(`mints: ${mints.join(" against ")} a second`);
    return [
      toRow(`transfers_per_second_${name}`, transfers),
      toRow(`mints_per_second_${name}`, mints),
    ];
  } finally {
    for (const chain of chains) await chain.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export const about =
  "signed transactions through the ZK chain's engine, with a root after each, on LMDB; against EthereumJS's state in memory";

/** @param sizes accounts in the state beforehand */
export async function run(log: (line: string) => void, sizes = SIZES): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const leafCount of sizes) rows.push(...(await benchSize(leafCount, log)));
  return rows;
}
