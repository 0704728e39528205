import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openLmdbStore } from "./lmdbStore.ts";
import { treeStoreSuite } from "./testStoreSuite.ts";

const root = mkdtempSync(join(tmpdir(), "weft.state-tree-"));
let count = 0;
const newDir = () => join(root, `store.${count++}`);
afterAll(() => rmSync(root, { recursive: true, force: true }));

treeStoreSuite("LMDB store", () => openLmdbStore(newDir()));

describe("LMDB store on disk", () => {
  const key = Uint8Array.of(1);
  const guard = { key, value: undefined };

  it("has what was written when it is opened again", async () => {
    const dir = newDir();
    const first = openLmdbStore(dir);
    first.write([{ key, value: Uint8Array.of(7) }], guard);
    await first.close();
    const second = openLmdbStore(dir);
    expect([...(second.get(key) ?? [])]).toEqual([7]);
    await second.close();
  });

  it("says why it can't open: STORE_OPEN_FAILED", () => {
    const file = join(root, "a-file");
    writeFileSync(file, "not a directory");
    expect(() => openLmdbStore(file)).toThrow(
      expect.objectContaining({ code: "STORE_OPEN_FAILED" }),
    );
  });

  it.each(["no", "not a database".repeat(1000)])(
    "refuses a foreign file: STORE_CORRUPT",
    (text) => {
      const dir = newDir();
      mkdirSync(dir);
      writeFileSync(join(dir, "data.mdb"), text);
      expect(() => openLmdbStore(dir)).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
    },
  );

  it("refuses a file that is cut off: STORE_CORRUPT", async () => {
    const dir = newDir();
    const store = openLmdbStore(dir);
    const value = new Uint8Array(100_000);
    store.write([{ key, value }], guard);
    await store.close();
    truncateSync(join(dir, "data.mdb"), 3 * 4096);
    expect(() => openLmdbStore(dir)).toThrow(expect.objectContaining({ code: "STORE_CORRUPT" }));
  });
});
