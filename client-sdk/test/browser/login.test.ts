import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ownershipArtifacts } from "@weft/circuits";
import type { GameServer } from "@weft/rooms";
import { build } from "esbuild";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClient, createIdentity } from "../../src/index.ts";
import { type BrowserPage, describeInChromium, openPage } from "../../testing/index.ts";
import { startServer } from "../startServer.ts";

type Page = typeof import("./loginPage.ts");

/** Proving takes all cores, of which there are few here and others use them. */
const TIMEOUT_MS = 300_000;
const pagePath = join(import.meta.dirname, "loginPage.ts");
const workerPath = fileURLToPath(import.meta.resolve("@weft/client-sdk/prover-worker"));

describeInChromium("a login by ownership proof in Chromium", () => {
  let server: GameServer;
  let request: { url: string; key: `0x${string}`; pass: bigint };
  let page: BrowserPage<Page> | undefined;

  beforeAll(async () => {
    const started = await startServer();
    server = started.server;
    const { url } = started;
    const key = generatePrivateKey();
    const account = privateKeyToAccount(key);
    const client = createClient({ url });
    const { pass } = await client.faucet(account.address);
    const identity = await createIdentity(account);
    await client.wallet(account).bindPass({ pass, identity });
    request = { url, key, pass };
  }, TIMEOUT_MS);
  afterEach(() => page?.close());
  afterAll(() => server.stop());

  const { wasm, zkey } = ownershipArtifacts;
  const downloads = [
    `/weft/circuits/${wasm.sha256}.wasm`,
    `/weft/circuits/${zkey.sha256}.zkey`,
  ].toSorted();

  test("opens a session and plays; the circuit is loaded once", {
    timeout: TIMEOUT_MS,
  }, async () => {
    page = await openPage<Page>(pagePath);
    const first = await page.call("logInAndPlay", request);
    expect(first).toMatchObject({
      payout: first.expectedPayout,
      phases: ["state", "circuit", "proving", "opening"],
      finality: "sequenced",
    });
    expect(first.downloads.toSorted()).toEqual(downloads);
    const second = await page.call("logInAndPlay", request);
    expect(second.finality).toBe("sequenced");
    expect(second.downloads).toEqual([]);
  });

  test("works bundled by esbuild, with `createWorker`", { timeout: TIMEOUT_MS }, async () => {
    const bundle = async (modulePath: string, outdir: string) => {
      await build({
        entryPoints: { page: modulePath, proverWorker: workerPath },
        outdir,
        bundle: true,
        splitting: true,
        format: "esm",
        platform: "browser",
        target: "esnext",
        logLevel: "error",
      });
    };
    page = await openPage<Page>(pagePath, { bundle });
    const outcome = await page.call("logInAndPlay", { ...request, workerUrl: "/proverWorker.js" });
    expect(outcome.finality).toBe("sequenced");
    const broken = page.call("logInAndPlay", { ...request, workerUrl: "/nothing.js" });
    await expect(broken).rejects.toThrow("createWorker");
  });

  test("ABORTED ends the proving", { timeout: TIMEOUT_MS }, async () => {
    page = await openPage<Page>(pagePath);
    const { code, shares } = await page.call("logInAndAbort", request);
    expect(code).toBe("ABORTED");
    expect(shares.at(-1)).toBeLessThan(1);
  });

  test("ARTIFACT_MISMATCH for a circuit that isn't the trusted one", {
    timeout: TIMEOUT_MS,
  }, async () => {
    page = await openPage<Page>(pagePath);
    expect(await page.call("logInUntrusted", request)).toBe("ARTIFACT_MISMATCH");
  });
});
