import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { buildPages } from "./buildPages.mjs";

/** Stands for Vite: the page is what main.ts says, and `broken` doesn't build. */
const VITE = `#!/usr/bin/env node
const { cpSync, mkdirSync, readFileSync } = require("node:fs");
const outDir = process.argv[process.argv.indexOf("--outDir") + 1];
console.log(process.env.NODE_ENV);
if (readFileSync("src/main.ts", "utf8") === "broken") process.exit(1);
mkdirSync(outDir, { recursive: true });
cpSync("src/main.ts", outDir + "/index.html");
`;

let root = "";
const logged: string[] = [];
const log = (line: string) => logged.push(line);
const build = () => buildPages(root, "host", { log });
const page = () => readFileSync(join(root, "packages/page/dist/page/index.html"), "utf8");

function write(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "weft-pages-"));
  logged.length = 0;
  write("package.json", JSON.stringify({ workspaces: ["packages/*"] }));
  write("packages/low/package.json", JSON.stringify({ name: "low" }));
  write("packages/low/index.ts", "1");
  const manifest = { name: "page", dependencies: { low: "0.1.0" }, devDependencies: { dev: "1" } };
  write("packages/page/package.json", JSON.stringify(manifest));
  write("packages/page/vite.config.ts", "");
  write("packages/page/src/main.ts", "first");
  write("packages/dev/package.json", JSON.stringify({ name: "dev" }));
  write("node_modules/.bin/vite", VITE);
  chmodSync(join(root, "node_modules/.bin/vite"), 0o755);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test("a page is built once, and again when its sources or those below it have changed", async () => {
  const built = "building the page of packages/page";
  expect(await build()).toEqual([]);
  expect(page()).toBe("first");
  await build();
  expect(logged).toEqual([built]);
  write("packages/page/src/main.ts", "second, longer");
  await build();
  expect(page()).toBe("second, longer");
  write("packages/low/index.ts", "22");
  await build();
  expect(logged).toEqual([built, built, built]);
});

test("tests, what only they need, and what was built change nothing", async () => {
  await build();
  write("packages/page/test/whole.test.ts", "1");
  write("packages/page/src/main.test.ts", "1");
  write("packages/dev/index.ts", "1");
  write("packages/page/dist/other", "1");
  await build();
  expect(logged).toHaveLength(1);
});

test("a page that doesn't build says why, keeps what it had, and is tried again", async () => {
  await build();
  write("packages/page/src/main.ts", "broken");
  expect(await build()).toEqual(["packages/page"]);
  expect(page()).toBe("first");
  expect(logged.at(-1)).toContain("production");
  expect(await build()).toEqual(["packages/page"]);
  write("packages/page/src/main.ts", "mended");
  expect(await build()).toEqual([]);
  expect(page()).toBe("mended");
});

test("without Vite it says so", async () => {
  rmSync(join(root, "node_modules/.bin/vite"));
  expect(await build()).toEqual(["packages/page"]);
  expect(logged.at(-1)).toContain("ENOENT");
  expect(existsSync(join(root, "packages/page/dist/page"))).toBe(false);
});
