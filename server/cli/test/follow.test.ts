import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reservePort } from "@weft/protocol/testing/node";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Running } from "./support/processes.ts";
import { runCli } from "./support/runCli.ts";

// Processes of their own, killed without a word, as a machine that loses its power would.

const SOURCE = join(import.meta.dirname, "support", "sourceNodeMain.ts");
/** A node has to start a few times here. */
const TIMEOUT_MS = 300_000;

let folder: string;
let port: number;
const running: Running[] = [];

beforeEach(async () => {
  port = await reservePort();
  folder = mkdtempSync(join(tmpdir(), "weft-follow-"));
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.end("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
}, TIMEOUT_MS);

function start(one: Running): Running {
  running.push(one);
  return one;
}

/** Always at the same port. */
async function startSource() {
  const source = start(new Running(SOURCE, join(folder, "source"), `${port}`));
  return { source, url: await source.line() };
}

const startFollower = (url: string, ...more: string[]) =>
  start(
    Running.weft(
      "follow",
      url,
      "--data-dir",
      join(folder, "copy"),
      "--rpc-port",
      "0",
      "--json",
      ...more,
    ),
  );

async function verify(name: string) {
  const { stdout } = await runCli("verify", join(folder, name), "--json");
  return JSON.parse(stdout);
}

/** Waits until a node has blocks above a height. */
async function waitForHeight(rpc: unknown, above: number): Promise<number> {
  let height = -1;
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "weft_ledgerHead", params: [] });
  const headers = { "content-type": "application/json" };
  const ask = async () => {
    const answer = await fetch(`${rpc}/fast`, { method: "POST", body, headers });
    height = ((await answer.json()) as { result: { height: number } }).result.height;
    return height;
  };
  await expect.poll(ask).toBeGreaterThan(above);
  return height;
}

test("either side is killed and comes back, and the copy goes on", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { source, url } = await startSource();
  const first = startFollower(url);
  const { rpc } = await first.event("listening");
  await first.event("caughtUp");
  const before = await waitForHeight(rpc, 5);
  await first.end("SIGKILL");

  const second = startFollower(url);
  const { rpc: rpcAgain } = await second.event("listening");
  const beforeCrash = await waitForHeight(rpcAgain, before);
  await source.end("SIGKILL");

  const { source: sourceAgain } = await startSource();
  await waitForHeight(rpcAgain, beforeCrash + 3);
  expect(await second.end("SIGTERM")).toBe(0);
  await sourceAgain.end("SIGKILL");

  const [copy, original] = [await verify("copy"), await verify("source")];
  expect(copy).toMatchObject({ ok: true, uncheckedRooms: {} });
  expect(original.heights).toBeGreaterThanOrEqual(copy.heights);
  // The source has every block of the copy.
  const { hash } = copy.head;
  const { code } = await runCli("verify", join(folder, "source"), "--head", hash);
  expect(code).toBe(0);
});

test("what is no node, no ledger of its own, or no port is said", {
  timeout: TIMEOUT_MS,
}, async () => {
  const { url } = await startSource();
  const wrongGenesis = startFollower(url, "--genesis", `0x${"00".repeat(32)}`);
  expect(await wrongGenesis.event("wrong")).toMatchObject({ height: 0, code: "GENESIS_MISMATCH" });
  expect(await wrongGenesis.end()).toBe(1);

  const taken = startFollower(url, "--rpc-port", new URL(url).port);
  expect(await taken.end()).toBe(3);
  expect(taken.stderr).toContain("LISTEN_FAILED");

  const nowhere = startFollower("http://127.0.0.1:1", "--data-dir", join(folder, "other"));
  expect(await nowhere.end("SIGTERM")).not.toBe(1);

  const { code, stderr } = await runCli("follow", "not a url");
  expect(code).toBe(2);
  expect(stderr).toContain("URL is wanted");
});
