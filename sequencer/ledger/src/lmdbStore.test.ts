import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type Block, hexToBytes, type LedgerHeight } from "@weft/protocol";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { blockStoreSuite, codeOf } from "./blockStoreSuite.ts";
import type { LedgerError } from "./errors.ts";
import { MAX_PENDING_BLOCKS } from "./limits.ts";
import { type LmdbFiles, openLmdbFiles } from "./lmdbFiles.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import type { StoreRepair } from "./repairStore.ts";
import { encodePlace, wrapBlock } from "./storedValues.ts";
import { FAST, linkedBlocks, ZK } from "./testBlocks.ts";

// A dot in a path makes lmdb take it for a file unless told otherwise.
const root = mkdtempSync(join(tmpdir(), "weft.ledger-"));
let count = 0;
const newDir = () => join(root, `store.${count++}`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

blockStoreSuite("LMDB store", () => openLmdbStore(newDir()));

describe("LMDB store on disk", () => {
  it("has the same blocks when it is opened again, and goes on from there", async () => {
    const dir = newDir();
    const blocks = linkedBlocks([ZK, FAST, FAST, ZK, FAST, FAST]);
    const first = openLmdbStore(dir);
    for (const block of blocks.slice(0, 4)) void first.append(block);
    await first.close();

    const second = openLmdbStore(dir);
    expect(second.durableHeight()).toBe(3);
    expect(second.chainIds()).toEqual([ZK, FAST]);
    expect(second.head()).toEqual(blocks[3]);
    expect(second.chainHead(FAST)).toEqual(blocks[2]);
    for (const block of blocks.slice(4)) void second.append(block);
    await second.close();

    const third = openLmdbStore(dir);
    for (const block of blocks) {
      expect(third.byHeight(block.header.height)).toEqual(block);
      expect(third.byNumber(block.header.chainId, block.header.number)).toEqual(block);
      expect(third.byHash(block.hash)).toEqual(block);
    }
    await third.close();
  });

  it("refuses when the disk is too far behind: STORE_BUSY", async () => {
    const store = openLmdbStore(newDir());
    const blocks = linkedBlocks(new Array(MAX_PENDING_BLOCKS + 1).fill(FAST));
    for (const block of blocks.slice(0, -1)) void store.append(block);
    const last = blocks.at(-1) as Block;
    expect(codeOf(() => store.append(last))).toBe("STORE_BUSY");
    expect(store.head()?.header.height).toBe(MAX_PENDING_BLOCKS - 1);
    await expect.poll(() => store.durableHeight()).toBe(MAX_PENDING_BLOCKS - 1);
    await store.append(last);
    await store.close();
  });

  it("says why it can't open: STORE_OPEN_FAILED", () => {
    const file = join(root, "a-file");
    writeFileSync(file, "not a directory");
    expect(errorOf(() => openLmdbStore(file))).toMatchObject({
      code: "STORE_OPEN_FAILED",
      message: expect.stringContaining("EEXIST"),
    });
  });

  it("belongs to one at a time, in this process or another: STORE_IN_USE", async () => {
    const dir = newDir();
    const store = openLmdbStore(dir);
    expect(codeOf(() => openLmdbStore(dir))).toBe("STORE_IN_USE");
    await store.close();
    const other = await holdStore(dir);
    expect(readdirSync(dir).sort()).toEqual(["data.mdb", "in-use.lock", "lock.mdb"]);
    expect(codeOf(() => openLmdbStore(dir))).toBe("STORE_IN_USE");
    // Not a chance to clean up: the system takes the lock back, and what lies there keeps nobody out.
    other.kill("SIGKILL");
    await once(other, "exit");
    await openLmdbStore(dir).close();
  });

  it("is given back when it can't be opened", async () => {
    const dir = newDir();
    mkdirSync(dir);
    writeFileSync(join(dir, "data.mdb"), "not a database");
    expect(codeOf(() => openLmdbStore(dir))).toBe("STORE_CORRUPT");
    rmSync(join(dir, "data.mdb"));
    await openLmdbStore(dir).close();
  });

  it.each(["not a database", "not a database".repeat(1000)])(
    "refuses a foreign file: STORE_CORRUPT",
    (content) => {
      const dir = newDir();
      mkdirSync(dir);
      writeFileSync(join(dir, "data.mdb"), content);
      expect(codeOf(() => openLmdbStore(dir))).toBe("STORE_CORRUPT");
    },
  );

  it("fails when another process writes the same store: STORE_FAILED", async () => {
    const dir = newDir();
    const [first, second, third] = linkedBlocks([ZK, FAST, ZK]) as [Block, Block, Block];
    const store = openLmdbStore(dir);
    await store.append(first);
    const failures: LedgerError[] = [];
    store.listen({ durable: () => {}, failed: (error) => failures.push(error) });
    const files = openLmdbFiles(dir);
    await files.blocks.put(1, Uint8Array.of(1));
    await expect(store.append(second)).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(failures.map((error) => error.code)).toEqual(["STORE_FAILED"]);
    expect(store.durableHeight()).toBe(0);
    expect(codeOf(() => store.append(third))).toBe("STORE_FAILED");
    expect(files.blocks.get(1)).toEqual(Buffer.of(1));
    await files.root.close();
    await expect(store.close()).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("acknowledges nothing that a full disk didn't take", async () => {
    const dir = newDir();
    // A limit on the size of files acts like a full disk; `ulimit -f` counts blocks of 512 bytes.
    const command = ["sh", "-c", 'ulimit -f 512; exec "$@"', "sh"];
    await expectFullDisk(dir, await runFullDisk(dir, { command }));
  });

  it.runIf(process.getuid?.() === 0)("nor what didn't fit on a real one", async ({ skip }) => {
    const dir = newDir();
    mkdirSync(dir);
    const shell = (script: string) => spawnSync("sh", ["-c", script, "sh", dir]);
    const { status } = shell('mount -t tmpfs -o size=1m tmpfs "$1"');
    skip(status !== 0, "mounting isn't allowed here");
    try {
      const told = await runFullDisk(dir);
      expect(told.message).toBe(`the disk didn't take a block: no room is left in ${dir}`);
      await expectFullDisk(dir, told);
    } finally {
      shell('umount "$1"');
    }
  });

  it("refuses a folder that it can't write, with or without a store: STORE_OPEN_FAILED", async () => {
    const dir = newDir();
    mkdirSync(dir);
    for (const isEmpty of [true, false]) {
      if (!isEmpty) await openLmdbStore(dir).close();
      const files = readdirSync(dir).map((file) => join(dir, file));
      for (const file of files) chmodSync(file, 0o444);
      for (const folder of [root, dir]) chmodSync(folder, 0o555);
      // Root may write anything, so the child is nobody.
      const ids = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
      expect(await runFullDisk(dir, ids)).toEqual({
        acknowledged: -1,
        codes: ["STORE_OPEN_FAILED"],
        message: expect.stringContaining("EACCES"),
      });
      for (const folder of [root, dir]) chmodSync(folder, 0o755);
      for (const file of files) chmodSync(file, 0o644);
    }
  });
});

/** Another process that has the store open. */
async function holdStore(dir: string): Promise<ChildProcess> {
  const module = new URL("./lmdbStore.ts", import.meta.url).href;
  const program = `
    const { openLmdbStore } = await import(${JSON.stringify(module)});
    openLmdbStore(${JSON.stringify(dir)});
    process.stdout.write("open");
    setInterval(() => {}, 1_000_000);`;
  const args = ["--input-type=module", "--eval", program];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = await once(child.stdout, "data");
  expect(String(said)).toBe("open");
  return child;
}

type Told = { acknowledged: number; codes: string[]; message: string };

/** Appends to a store in a process of its own, until the disk refuses. */
async function runFullDisk(
  dir: string,
  { command = [], ...ids }: { command?: string[]; uid?: number; gid?: number } = {},
): Promise<Told> {
  const script = fileURLToPath(new URL("./testFullDisk.ts", import.meta.url));
  const [file = "", ...args] = [...command, process.execPath, script, dir];
  const child = spawn(file, args, { ...ids, stdio: ["ignore", "pipe", "ignore"] });
  const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
  return JSON.parse(output) as Told;
}

async function expectFullDisk(dir: string, told: Told): Promise<void> {
  expect(told.codes).toEqual(["STORE_FAILED", "STORE_FAILED", "STORE_FAILED", "STORE_FAILED"]);
  const store = openLmdbStore(dir);
  expect(told.acknowledged).toBeGreaterThan(0);
  expect(store.head()?.header.height).toBe(told.acknowledged);
  await store.close();
}

describe("LMDB store that is torn", () => {
  let dir: string;
  const blocks = linkedBlocks([ZK, FAST, ZK, FAST]) as [Block, Block, Block, Block];
  const head = blocks[3];
  const headKey = hexToBytes(head.hash);

  beforeEach(async () => {
    dir = newDir();
    const store = openLmdbStore(dir);
    for (const block of blocks) void store.append(block);
    await store.close();
  });

  /** Two commits, so that the one before the newest, which a repair looks at too, is torn as well. */
  async function tear(change: (files: LmdbFiles) => Promise<unknown>): Promise<void> {
    const files = openLmdbFiles(dir);
    await change(files);
    await files.numbers.put([ZK, 0], encodePlace([ZK, 0], 0));
    await files.root.close();
  }

  async function reopen(): Promise<StoreRepair> {
    const repairs: StoreRepair[] = [];
    const store = openLmdbStore(dir, { onRepaired: (repair) => repairs.push(repair) });
    for (const block of blocks.slice(0, (store.head()?.header.height ?? -1) + 1)) {
      expect(store.byHeight(block.header.height)).toEqual(block);
      expect(store.byHash(block.hash)).toEqual(block);
      expect(store.byNumber(block.header.chainId, block.header.number)).toEqual(block);
    }
    await store.close();
    const [repair] = repairs;
    if (repair === undefined || repairs.length > 1) throw new Error("one repair");
    expect(existsSync(repair.keptAs)).toBe(true);
    expect(repair).toMatchObject({ problem: { code: "STORE_CORRUPT" }, maybeMore: false });
    // That was that.
    const again = openLmdbStore(dir, { onRepaired: (more) => repairs.push(more) });
    await again.close();
    expect(repairs).toHaveLength(1);
    return repair;
  }

  const headBytes = async (files: LmdbFiles) => Uint8Array.from(files.blocks.get(3) ?? []);

  it.each<[string, (files: LmdbFiles) => Promise<unknown>]>([
    ["a hash entry is missing", (files) => files.hashes.remove(headKey)],
    ["a number entry is missing", (files) => files.numbers.remove([ZK, 1])],
    ["a hash points elsewhere", (files) => files.hashes.put(headKey, encodePlace(headKey, 1))],
    ["a hash entry was changed", (files) => files.hashes.put(headKey, Uint8Array.of(1))],
    [
      "a number points elsewhere",
      (files) => files.numbers.put([FAST, 1], encodePlace([FAST, 1], 2)),
    ],
    ["a number points nowhere", (files) => files.numbers.put([FAST, 1], encodePlace([FAST, 1], 9))],
    [
      "the other chain's head points elsewhere",
      (files) => files.numbers.put([ZK, 1], encodePlace([ZK, 1], 1)),
    ],
  ])("%s: it is written anew, and nothing is lost", async (_, change) => {
    await tear(change);
    expect((await reopen()).lost).toBeUndefined();
  });

  it.each<[string, (files: LmdbFiles) => Promise<unknown>]>([
    ["the head is missing", (files) => files.blocks.remove(3)],
    ["the head isn't a block", (files) => files.blocks.put(3, Uint8Array.of(1, 2, 3))],
    ["the head isn't encoded", (files) => files.blocks.put(3, wrapBlock(Uint8Array.of(1, 2, 3)))],
    [
      "the head's last byte was changed",
      async (files) => {
        const bytes = await headBytes(files);
        bytes[bytes.length - 1] = 99;
        await files.blocks.put(3, bytes);
      },
    ],
  ])("%s: it is cut, and said", async (_, change) => {
    await tear(change);
    expect((await reopen()).lost).toEqual({ fromHeight: 3, toHeight: 3 });
    const store = openLmdbStore(dir);
    expect(store.head()).toEqual(blocks[2]);
    await store.append(head);
    await store.close();
  });

  it.each<[string, number, (files: LmdbFiles) => Promise<unknown>]>([
    ["a block is missing", 1, (files) => files.blocks.remove(1)],
    [
      "the head's parent is another block",
      2,
      async (files) => files.blocks.put(2, Uint8Array.from(files.blocks.get(0) ?? [])),
    ],
    ["nothing can be read", 0, async (files) => files.blocks.clearAsync()],
  ])("%s: STORE_CORRUPT, and nothing is changed", async (_, height, change) => {
    await tear(change);
    const before = readFileSync(join(dir, "data.mdb"));
    const error = errorOf(() => openLmdbStore(dir));
    expect(error).toMatchObject({ code: "STORE_CORRUPT", details: { height } });
    expect(error.message).toMatch(/Put back a copy/);
    expect(readFileSync(join(dir, "data.mdb")).equals(before)).toBe(true);
    expect(readdirSync(dir).sort()).toEqual(["data.mdb", "in-use.lock", "lock.mdb"]);
  });

  it("what the newest commit lost and the one before has comes back", async () => {
    const files = openLmdbFiles(dir);
    await files.blocks.remove(3);
    await files.root.close();
    expect((await reopen()).lost).toBeUndefined();
  });

  it("a file that is cut off before anything can be read: STORE_CORRUPT", () => {
    truncateSync(join(dir, "data.mdb"), 3 * 4096);
    expect(errorOf(() => openLmdbStore(dir))).toMatchObject({
      code: "STORE_CORRUPT",
      details: { height: 0 },
    });
  });

  it("reads of a damaged block below the head: STORE_CORRUPT", async () => {
    const files = openLmdbFiles(dir);
    await files.blocks.put(0, Uint8Array.from(files.blocks.get(3) ?? []));
    await files.root.close();
    // The ZK chain's head is at height 2, and only a head's own parents are looked at on opening.
    const store = openLmdbStore(dir);
    expect(codeOf(() => store.byHeight(0 as LedgerHeight))).toBe("STORE_CORRUPT");
    await store.close();
  });
});

function errorOf(work: () => unknown): LedgerError {
  try {
    work();
  } catch (error) {
    return error as LedgerError;
  }
  throw new Error("it didn't throw");
}
