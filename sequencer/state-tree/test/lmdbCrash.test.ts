import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMemoryStore, openLmdbStore, StateTree } from "../src/index.ts";
import { writeBlock } from "./writeBlock.ts";

const SCRIPT = fileURLToPath(new URL("./writeBlocks.ts", import.meta.url));
/** In blocks of 512 bytes: what `ulimit -f` counts in. */
const SMALL_FILE = 1024;
const NO_LIMIT = "unlimited";

let dir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "weft-state-tree-"));
});

afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

/** Starts the writer, and gives it to `onLine` after every line that it prints, until it has ended. */
async function runWriter(
  fileLimit: string,
  onLine: (line: { number?: number; code?: string }, child: ChildProcess) => void,
): Promise<void> {
  const command = `ulimit -f ${fileLimit}; exec "$@"`;
  const child = spawn("sh", ["-c", command, "sh", process.execPath, SCRIPT, dir], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  children.push(child);
  const exited = once(child, "exit");
  for await (const line of createInterface(child.stdout)) onLine(JSON.parse(line), child);
  await exited;
}

/** What is on disk is whole, is a block that was acknowledged or the one after, and can be continued. */
async function expectWhole(acknowledged: number): Promise<void> {
  const tree = new StateTree(openLmdbStore(dir));
  const expected = new StateTree(createMemoryStore());
  expect([acknowledged, acknowledged + 1]).toContain(tree.number);
  while (expected.number < tree.number) writeBlock(expected);
  for (let i = 0; i < 3; i++) {
    expect(tree.root).toBe(expected.root);
    expect(tree.view(tree.number - 1).root).toBe(expected.view(expected.number - 1).root);
    writeBlock(tree);
    writeBlock(expected);
  }
  await tree.close();
}

describe("a tree on LMDB", () => {
  it.each([3, 4, 17])("is whole after a process was killed, at block %i or later", async (last) => {
    let acknowledged = -1;
    await runWriter(NO_LIMIT, ({ number = -1 }, child) => {
      acknowledged = number;
      if (number >= last) child.kill("SIGKILL");
    });
    expect(acknowledged).toBeGreaterThanOrEqual(last);
    await expectWhole(acknowledged);
  });

  it("says that the disk is full, and keeps what was acknowledged: STORE_FAILED", async () => {
    let acknowledged = -1;
    const codes: string[] = [];
    await runWriter(`${SMALL_FILE}`, ({ number, code }) => {
      if (number !== undefined) acknowledged = number;
      if (code !== undefined) codes.push(code);
    });
    expect(codes).toEqual(["STORE_FAILED", "STORE_FAILED"]);
    expect(acknowledged).toBeGreaterThan(0);
    await expectWhole(acknowledged);
  });
});
