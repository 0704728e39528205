import { join } from "node:path";
import type { GameServer } from "@weft/rooms";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClient } from "../../src/index.ts";
import { START, testGame } from "../../src/predict/testGame.ts";
import { type BrowserPage, describeInChromium, openPage } from "../../testing/index.ts";
import { startServer } from "../startServer.ts";
import type { FlightRequest } from "./predictPage.ts";

type Page = typeof import("./predictPage.ts");

const TIMEOUT_MS = 300_000;
const pagePath = join(import.meta.dirname, "predictPage.ts");

describeInChromium("prediction in Chromium", () => {
  let server: GameServer;
  let request: FlightRequest;
  let page: BrowserPage<Page> | undefined;

  beforeAll(async () => {
    const started = await startServer({ field: testGame });
    server = started.server;
    const key = generatePrivateKey();
    const { pass } = await createClient(started).faucet(privateKeyToAccount(key).address);
    request = { url: started.url, key, pass };
  }, TIMEOUT_MS);
  afterEach(() => page?.close());
  afterAll(() => server.stop());

  test("the game's own program runs there, and a real server agrees with it", {
    timeout: TIMEOUT_MS,
  }, async () => {
    page = await openPage<Page>(pagePath);
    const flight = await page.call("fly", request);
    // The frame that is being drawn when the key goes down may be the one before.
    expect(flight.framesToAnswer).toBeLessThanOrEqual(2);
    expect(flight.shown).toBeCloseTo(flight.known, 1);
    expect(flight.known).toBeGreaterThan(START + 100);
  });
});
