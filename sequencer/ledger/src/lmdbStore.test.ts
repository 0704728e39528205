import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
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
    expect(codeOf(() => openLmdbStore(file))).toBe("STORE_OPEN_FAILED");
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
    const script = fileURLToPath(new URL("./testFullDisk.ts", import.meta.url));
    // A limit on the size of files acts like a full disk; `ulimit -f` counts blocks of 512 bytes.
    const child = spawn(
      "sh",
      ["-c", 'ulimit -f 512; exec "$@"', "sh", process.execPath, script, dir],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    const [output] = await Promise.all([text(child.stdout), once(child, "exit")]);
    const told = JSON.parse(output) as { acknowledged: number; codes: string[] };
    expect(told.codes).toEqual(["STORE_FAILED", "STORE_FAILED", "STORE_FAILED", "STORE_FAILED"]);
    const store = openLmdbStore(dir);
    expect(told.acknowledged).toBeGreaterThan(0);
    expect(store.head()?.header.height).toBe(told.acknowledged);
    await store.close();
  });
});

describe("LMDB store that is torn", () => {
  let dir: string;
  const blocks = linkedBlocks([ZK, FAST, ZK, FAST]) as [Block, Block, Block, Block];
  const head = blocks[3];

  beforeEach(async () => {
    dir = newDir();
    const store = openLmdbStore(dir);
    for (const block of blocks) void store.append(block);
    await store.close();
  });

  async function tear(change: (files: LmdbFiles) => Promise<unknown>): Promise<LedgerError> {
    const files = openLmdbFiles(dir);
    await change(files);
    await files.root.close();
    try {
      await openLmdbStore(dir).close();
    } catch (error) {
      return error as LedgerError;
    }
    throw new Error("the tear went unnoticed");
  }

  const headBytes = async (files: LmdbFiles) => Uint8Array.from(files.blocks.get(3) ?? []);

  it.each<[string, number, (files: LmdbFiles) => Promise<unknown>]>([
    ["a block is missing", 4, (files) => files.blocks.remove(1)],
    ["the head is missing", 3, (files) => files.blocks.remove(3)],
    ["a hash entry is missing", 4, (files) => files.hashes.remove(hexToBytes(head.hash))],
    ["a number entry is missing", 4, (files) => files.numbers.remove([ZK, 1])],
    ["a hash points elsewhere", 1, (files) => files.hashes.put(hexToBytes(head.hash), 1)],
    ["a number points elsewhere", 2, (files) => files.numbers.put([FAST, 1], 2)],
    ["a number points nowhere", 9, (files) => files.numbers.put([FAST, 1], 9)],
    ["the other chain's head points elsewhere", 1, (files) => files.numbers.put([ZK, 1], 1)],
    ["the head isn't a block", 3, (files) => files.blocks.put(3, Uint8Array.of(1, 2, 3))],
    [
      "the head's last byte was changed",
      3,
      async (files) => {
        const bytes = await headBytes(files);
        bytes[bytes.length - 1] = 99;
        await files.blocks.put(3, bytes);
      },
    ],
    [
      "the head's parent is another block",
      2,
      async (files) => files.blocks.put(2, Uint8Array.from(files.blocks.get(0) ?? [])),
    ],
  ])("%s: STORE_CORRUPT", async (_, height, change) => {
    const error = await tear(change);
    expect(error).toMatchObject({ code: "STORE_CORRUPT", details: { height } });
  });

  it("the file is cut off: STORE_CORRUPT", () => {
    truncateSync(join(dir, "data.mdb"), 3 * 4096);
    expect(codeOf(() => openLmdbStore(dir))).toBe("STORE_CORRUPT");
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
