import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createExplorerPages } from "./explorerPages.ts";
import { MAX_PAGE_FILES } from "./limits.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-explorer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(): void {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<p>the page");
  writeFileSync(join(folder, "assets/app.js"), "run()");
  writeFileSync(join(folder, "secret.key"), "nobody's business");
}

const get = (url: string, acceptsGzip = false) =>
  createExplorerPages({ folder }).answer({ url, acceptsGzip });
const textOf = ({ body }: { body: Uint8Array }) => Buffer.from(body).toString();

test("the page may run its own scripts, talk to its own node, and nothing else", async () => {
  build();
  for (const url of ["/explorer", "/explorer/", "/explorer?x=1", "/explorer/index.html"]) {
    const page = await get(url);
    expect(page.status).toBe(200);
    expect(textOf(page)).toBe("<p>the page");
    expect(page.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    });
    const policy = page.headers["content-security-policy"]?.split("; ");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("connect-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
  }
});

test.each([
  ["http://node.example:8545/path", "'self' http://node.example:8545 ws://node.example:8545"],
  ["https://node.example", "'self' https://node.example wss://node.example"],
  ["javascript:alert(1)", "'self'"],
  ["*", "'self'"],
  ["http://a; script-src *", "'self'"],
  ["http://a,http://b", "'self'"],
  ["http://*", "'self'"],
])("with ?rpc=%s it may talk to %s", async (rpc, sources) => {
  build();
  const { headers } = await get(`/explorer?rpc=${encodeURIComponent(rpc)}`);
  const policy = headers["content-security-policy"]?.split("; ") ?? [];
  expect(policy.filter((part) => part.startsWith("connect-src"))).toEqual([
    `connect-src ${sources}`,
  ]);
  expect(policy.filter((part) => part.startsWith("script-src"))).toEqual(["script-src 'self'"]);
});

test("files are kept by browsers, and compressed for those that can read that", async () => {
  build();
  const file = await get("/explorer/assets/app.js", true);
  expect(file.headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "content-encoding": "gzip",
    "cache-control": "public, max-age=31536000, immutable",
  });
  expect(gunzipSync(file.body).toString()).toBe("run()");
});

test.each([
  "/explorer/nothing.js",
  "/explorer/secret.key",
  "/explorer/../secret.key",
  "/explorer/%2e%2e/package.json",
  "/explorer//etc/passwd",
])("%s is nothing that it has: 404", async (url) => {
  build();
  expect((await get(url)).status).toBe(404);
});

test("before it is built it says so, and after that it is there without a restart", async () => {
  const pages = createExplorerPages({ folder });
  const ask = () => pages.answer({ url: "/explorer", acceptsGzip: false });
  const missing = await ask();
  expect(missing.status).toBe(503);
  expect(textOf(missing)).toContain("npm run pages:build");
  build();
  expect((await ask()).status).toBe(200);
});

test("a folder with more files than a page has is none", async () => {
  build();
  for (let nth = 0; nth < MAX_PAGE_FILES; nth++) writeFileSync(join(folder, `${nth}.js`), "");
  expect((await get("/explorer")).status).toBe(503);
});
