import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ChainId,
  type LedgerHeight,
  timestampMs,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@weft/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { BlockLinks } from "./blockLinks.ts";
import { Ledger } from "./ledger.ts";
import { openLmdbFiles } from "./lmdbFiles.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import { openReadOnlyStore } from "./readOnlyStore.ts";
import { damageBlocks } from "./testBlocks.ts";

const [A, B] = [1 as ChainId, 2 as ChainId];
const BLOCKS = 6;
let dir: string;
let ledger: Ledger;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "weft-readonly-"));
  ledger = new Ledger({ store: openLmdbStore(dir), chainIds: [A, B], proposer: ZERO_ADDRESS });
  await addBlocks(BLOCKS);
});
afterEach(async () => {
  await ledger.close();
  rmSync(dir, { recursive: true });
});

async function addBlocks(count: number): Promise<void> {
  for (let index = 0; index < count; index++) {
    const draft = { stateRoot: ZERO_HASH, timestampMs: timestampMs(index) };
    const chainId = index % 3 === 0 ? A : B;
    await ledger.propose({ ...draft, chainId, transactions: [Uint8Array.of(index)] }).durable;
  }
}

const PAGE_BYTES = 4096;
/** Of `damageBlocks`: one on pages of its own, which are full of its number. */
const LARGE = 101;
const refusal = (code: string) => expect.objectContaining({ code });
const at = (height: number) => height as LedgerHeight;

test("it sees the blocks that are there when it is opened, while another writes", async () => {
  const store = openReadOnlyStore(dir);
  await addBlocks(2);
  expect(store.expectedBlocks).toBe(BLOCKS);
  expect(store.chainIds()).toEqual([A, B]);
  expect(store.head()).toEqual(ledger.blockByHeight(at(BLOCKS - 1)));
  expect(store.byHeight(at(BLOCKS))).toBeUndefined();
  const links = new BlockLinks([A, B]);
  for (let height = 0; height < BLOCKS; height++) {
    const block = store.byHeight(at(height));
    if (block === undefined) throw new Error("it is there");
    links.follow(block);
  }
  expect(() => store.append(ledger.head as never)).toThrow("opened to be read");
  await store.close();
});

test("a missing block and a cut tail don't keep it from opening", async () => {
  await ledger.close();
  const files = openLmdbFiles(dir);
  await files.blocks.remove(2);
  await files.blocks.remove(BLOCKS - 1);
  await files.root.close();
  const store = openReadOnlyStore(dir);
  expect(store.expectedBlocks).toBe(BLOCKS);
  expect(store.byHeight(at(1))).toBeDefined();
  expect(store.byHeight(at(2))).toBeUndefined();
  expect(store.byHeight(at(BLOCKS - 1))).toBeUndefined();
  expect(() => store.head()).toThrow(refusal("STORE_CORRUPT"));
  await store.close();
});

test("a damaged file is read as far as it can be, and its damage told", async () => {
  const damaged = join(dir, "damaged");
  const writing = openLmdbStore(damaged);
  const blocks = damageBlocks();
  for (const block of blocks) await writing.append(block);
  await writing.close();
  const file = join(damaged, "data.mdb");
  const bytes = readFileSync(file);
  const at = bytes.indexOf(Buffer.alloc(PAGE_BYTES / 2, LARGE));
  expect(at).toBeGreaterThan(0);
  bytes.fill(0, at - (at % PAGE_BYTES), at - (at % PAGE_BYTES) + PAGE_BYTES);
  writeFileSync(file, bytes);

  const store = openReadOnlyStore(damaged);
  expect(store.damage).toMatchObject({ code: "STORE_CORRUPT" });
  expect(store.expectedBlocks).toBe(blocks.length);
  for (const block of blocks.slice(0, LARGE)) {
    const { height, chainId, number } = block.header;
    expect(store.byHeight(height)).toEqual(block);
    expect(store.byHash(block.hash)).toEqual(block);
    expect(store.byNumber(chainId, number)).toEqual(block);
  }
  expect(() => store.byHeight(LARGE as LedgerHeight)).toThrow(refusal("STORE_CORRUPT"));
  await store.close();

  truncateSync(file, 100);
  expect(() => openReadOnlyStore(damaged)).toThrow(refusal("STORE_CORRUPT"));
});

test("it makes nothing where there is nothing", () => {
  const nowhere = join(dir, "nowhere");
  for (let tries = 0; tries < 2; tries++) {
    expect(() => openReadOnlyStore(nowhere)).toThrow(refusal("STORE_OPEN_FAILED"));
  }
});

test("a block that doesn't follow is named by the rule that it breaks", () => {
  const [first, second, third] = [...ledger.blocks({ fromHeight: at(0) })];
  if (first === undefined || second === undefined || third === undefined) throw new Error("there");
  const links = new BlockLinks([A, B]);
  links.follow(first);
  expect(() => links.follow(third)).toThrow(refusal("HEIGHT_GAP"));
  const emptied = { ...second, transactions: [] };
  expect(() => links.follow(emptied)).toThrow(refusal("TRANSACTIONS_ROOT_MISMATCH"));
  const moved = { ...second, header: { ...second.header, parentHash: ZERO_HASH } };
  expect(() => links.follow(moved)).toThrow(refusal("HASH_MISMATCH"));
  links.follow(second);
  links.follow(third);
});
