import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import { createProject } from "../src/createProject.ts";
import { linesUntil, npm } from "./support/npm.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const folder = mkdtempSync(join(tmpdir(), "create-weft-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(cwd: string, ...args: string[]) {
  const child = npm(cwd, ...args);
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    once(child, "close"),
  ]);
  return { code, stdout, stderr };
}

test("npm create weft makes a project whose test passes, and which starts with one command", async () => {
  const dir = join(folder, "gold-rush");
  const created = await run(root, "create", "weft", dir);
  expect(created).toMatchObject({ code: 0, stdout: expect.stringContaining(`is in ${dir}`) });
  expect(readFileSync(join(dir, "src", "game.ts"), "utf8")).toContain('name: "gold-rush"');
  expect(existsSync(join(dir, ".gitignore"))).toBe(true);

  const tested = await run(dir, "test");
  expect(tested).toMatchObject({ code: 0, stdout: expect.stringContaining("3 passed") });

  const started = npm(dir, "start", "--", "--port", "0", "--rpc-port", "0");
  const exited = once(started, "exit");
  try {
    const lines = await linesUntil(started, /^round 0x\w+: reported$/);
    expect(lines).toContainEqual(expect.stringMatching(/^players connect to http:/));
    const [, explorer = ""] = /^watch the ledger at (\S+)$/m.exec(lines.join("\n")) ?? [];
    expect((await fetch(explorer)).status).toBe(200);
    expect(lines.at(-1)).toMatch(/reported/);
  } finally {
    started.kill("SIGTERM");
    expect(await exited).toEqual([0, null]);
  }
  const verified = await run(dir, "run", "verify");
  expect(verified).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("nothing is wrong with"),
  });
  expect(verified.stdout).not.toContain("not run again");
});

describe("what it can't do it says, and makes nothing", () => {
  const refused = (code: string) => expect.objectContaining({ code });
  const create = (name: string, more: { name?: string; weft?: string } = {}) =>
    createProject({ dir: join(folder, name), install: false, ...more });

  test("a folder with something in it", async () => {
    await create("full");
    writeFileSync(join(folder, "full", "mine.txt"), "mine");
    await expect(create("full")).rejects.toThrow(refused("FOLDER_NOT_EMPTY"));
    expect(readFileSync(join(folder, "full", "mine.txt"), "utf8")).toBe("mine");
  });

  test.each(["1st", "ö", "with space", ""])("the name %j", async (name) => {
    await expect(create("unnamed", { name })).rejects.toThrow(refused("NAME_INVALID"));
    expect(existsSync(join(folder, "unnamed"))).toBe(false);
  });

  test("a folder in Weft's own checkout", async () => {
    const dir = join(root, "examples", "not-made");
    await expect(createProject({ dir, install: false })).rejects.toThrow(
      refused("INSIDE_CHECKOUT"),
    );
    expect(existsSync(dir)).toBe(false);
  });

  test("no checkout of Weft", async () => {
    await expect(create("lost", { weft: folder })).rejects.toThrow(refused("CHECKOUT_MISSING"));
  });
});
