import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createMemoryStore, openLmdbStore, type TreeStore } from "../src/index.ts";
import { stateTreeSuite } from "./stateTreeSuite.ts";

const root = mkdtempSync(join(tmpdir(), "weft-state-tree-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

stateTreeSuite("in memory", createMemoryStore);

let count = 0;
const dirs = new Map<TreeStore, string>();
function openDir(dir: string): TreeStore {
  const store = openLmdbStore(dir);
  dirs.set(store, dir);
  return store;
}
stateTreeSuite(
  "on LMDB",
  () => openDir(join(root, `${count++}`)),
  async (store) => {
    await store.close();
    return openDir(dirs.get(store) as string);
  },
);
