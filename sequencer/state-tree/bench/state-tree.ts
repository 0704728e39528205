// A transfer changes three leaves: sender, receiver and whoever collects the fees. Each transfer has a root of its
// own; every 100 of them make a block, which is written to LMDB and synced.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fieldToHash, verifyStateProof } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import { openLmdbStore } from "../src/index.ts";
import { hashMany, hashPair } from "../src/poseidon2/poseidon2.ts";
import { StateTree } from "../src/stateTree.ts";
import { digestOf } from "../src/tree/digest.ts";

type Row = { metric: string; value: number; unit: string; baseline?: number; ratio?: number };

const TRANSFERS = 1_500;
const TRANSFERS_A_BLOCK = 100;
const LEAVES_A_LOADING_BLOCK = 2 ** 16;
const HASHES = 20_000;
const SLOW_HASHES = 2_000;
const PROOFS = 200;
/** How far back an old proof's block is: before all but the last transfers. */
const OLD_BLOCKS = 25;

const SIZES: readonly number[] = [10_000, 1_000_000];

/** The same numbers in every run: SplitMix64. */
function* randomNumbers(): Generator<bigint, never> {
  let state = 0x5eedn;
  for (;;) {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    yield z ^ (z >> 31n);
  }
}

const random = randomNumbers();
const randomKey = () => (random.next().value << 189n) | random.next().value | 1n;
const randomIndex = (count: number) => Number(random.next().value % BigInt(count));

function perSecond(count: number, work: () => void): number {
  const start = performance.now();
  work();
  return Math.round((count / (performance.now() - start)) * 1000);
}

function benchHashing(): Row[] {
  let node = digestOf(1n);
  const hash = () => {
    for (let i = 0; i < HASHES; i++) node = hashPair(node, node);
  };
  let level = Array.from({ length: HASHES }, (_, i) => digestOf(BigInt(i)));
  const hashLevel = () => {
    level = hashMany([...level, ...level], 2);
  };
  for (const warmUp of [hash, hashLevel]) warmUp();
  const value = perSecond(HASHES, hash);
  const side = perSecond(HASHES, hashLevel);
  let field = 1n;
  const baseline = perSecond(SLOW_HASHES, () => {
    for (let i = 0; i < SLOW_HASHES; i++) field = poseidon2Hash([field, field]);
  });
  return [
    { metric: "poseidon2_per_second", value, unit: "1/s", ...compared(value, baseline) },
    {
      metric: "poseidon2_in_lanes_per_second",
      value: side,
      unit: "1/s",
      ...compared(side, baseline),
    },
  ];
}

function compared(value: number, baseline: number): { baseline: number; ratio: number } {
  return { baseline, ratio: Math.round((value / baseline) * 100) / 100 };
}

/** In the order of keys, block by block, so that each leaf is hashed about once. */
function load(tree: StateTree, leafCount: number): bigint[] {
  const keys = Array.from({ length: leafCount }, randomKey).sort((a, b) => (a < b ? -1 : 1));
  for (let at = 0; at < leafCount; at += LEAVES_A_LOADING_BLOCK) {
    const fork = tree.fork();
    for (const key of keys.slice(at, at + LEAVES_A_LOADING_BLOCK)) fork.set(key, 10n ** 18n);
    fork.commitBlock(tree.number + 1);
  }
  return keys;
}

function transfer(tree: StateTree, keys: readonly bigint[], pickReceiver: () => bigint): void {
  let fork = tree.fork();
  const add = (key: bigint, amount: bigint) => fork.set(key, fork.get(key) + amount);
  for (let i = 1; i <= TRANSFERS; i++) {
    fork.checkpoint();
    add(keys[randomIndex(keys.length)] as bigint, -100n);
    add(pickReceiver(), 99n);
    add(keys[0] as bigint, 1n);
    fork.commit();
    fork.endTransaction();
    if (i % TRANSFERS_A_BLOCK !== 0) continue;
    fork.commitBlock(tree.number + 1);
    fork = tree.fork();
  }
}

function benchProofs(tree: StateTree, keys: readonly bigint[], number: number): number {
  const view = tree.view(number);
  const start = performance.now();
  for (let i = 0; i < PROOFS; i++) view.prove(keys[randomIndex(keys.length)] as bigint);
  const each = (performance.now() - start) / PROOFS;
  const key = keys[randomIndex(keys.length)] as bigint;
  const expected = { root: view.root, key: fieldToHash(key) };
  if (verifyStateProof(expected, view.prove(key)) !== view.get(key)) throw new Error("no proof");
  return Math.round(each * 1000) / 1000;
}

async function benchTree(leafCount: number): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), "weft-state-tree-"));
  const tree = new StateTree(openLmdbStore(dir));
  const name = leafCount >= 1e6 ? `${leafCount / 1e6}m` : `${leafCount / 1e3}k`;
  try {
    const start = performance.now();
    const keys = load(tree, leafCount);
    const seconds = Math.round((performance.now() - start) / 1000);
    const known = () => keys[randomIndex(keys.length)] as bigint;
    const transfers = perSecond(TRANSFERS, () => transfer(tree, keys, known));
    const newAccounts = perSecond(TRANSFERS, () => transfer(tree, keys, randomKey));
    return [
      { metric: `load_seconds_${name}`, value: seconds, unit: "s" },
      { metric: `transfers_per_second_${name}`, value: transfers, unit: "1/s" },
      { metric: `transfers_to_new_accounts_per_second_${name}`, value: newAccounts, unit: "1/s" },
      { metric: `proof_ms_${name}`, value: benchProofs(tree, keys, tree.number), unit: "ms" },
      {
        metric: `old_proof_ms_${name}`,
        value: benchProofs(tree, keys, tree.number - OLD_BLOCKS),
        unit: "ms",
      },
      {
        metric: `heap_mb_${name}`,
        value: Math.round(process.memoryUsage().heapUsed / 1e6),
        unit: "MB",
      },
    ];
  } finally {
    await tree.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

export const about =
  "the ZK chain's state tree on LMDB: transfers with a root each, proofs, hashes";

/** @param sizes leaves in the tree */
export async function run(log: (line: string) => void, sizes = SIZES): Promise<readonly Row[]> {
  const rows = benchHashing();
  for (const leafCount of sizes) {
    log(`${leafCount} leaves`);
    rows.push(...(await benchTree(leafCount)));
  }
  return rows;
}
