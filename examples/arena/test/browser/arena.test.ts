import { matchMaker } from "@colyseus/core";
import { createWalletProvider, describeInChromium, startChromium } from "@weft/client-sdk/testing";
import { createGameServer, type GameServer, type WeftRoom } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createArena } from "../../src/game/arena.ts";
import { serveArenaPage } from "../../src/serve/arenaPage.ts";
import { ArenaPage, buildArenaPage } from "./support/arenaPage.ts";
import { fly, stateOf } from "./support/pilot.ts";

/** Two proofs on two cores that others use as well. */
const TIMEOUT_MS = 240_000;
/** Long enough for a reload in its midst, on a machine that is busy. */
const ROUND_SECONDS = 32;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

describeInChromium("the arena's page in Chromium", () => {
  let server: GameServer;
  let browser: Browser;
  let url: string;
  let ann: ArenaPage;
  let bob: ArenaPage;
  let roomId: string;
  let annId: string;
  const wallet = createWalletProvider();
  const startRound = () => (matchMaker.getLocalRoomById(roomId) as WeftRoom).startRound();

  beforeAll(async () => {
    buildArenaPage();
    const arena = createArena({ roundSeconds: ROUND_SECONDS, countdownSeconds: 2 });
    server = await createGameServer({
      games: { arena },
      rpc: { port: 0 },
      logger: quiet,
      settings: { ...PATIENT_SETTINGS, autoStart: false },
      express: (app) => serveArenaPage(app, () => server.node.rpc.url),
    });
    ({ url } = await server.listen(0));
    browser = await startChromium();
    ann = await ArenaPage.open(browser, url, { viewport: DESKTOP });
    bob = await ArenaPage.open(browser, url, { viewport: PHONE, hasTouch: true, wallet });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** A page as it should be: nothing against it, and a picture of it. */
  async function check(arena: ArenaPage, name: string): Promise<void> {
    await arena.screenshot(name);
    expect(await arena.violations()).toEqual([]);
  }

  test("a newcomer sees what it is, and what a throwaway wallet is", async () => {
    await ann.heading("Arena");
    await check(ann, "home");
    await check(bob, "home-phone");
    await expect(ann.page.getByText("fine for a game, not for savings").count()).resolves.toBe(1);
    // each key, or finger, stands beside what it does
    for (const { page } of [ann, bob]) {
      const rows = await page.locator(".keys > div:visible").evaluateAll((shown) =>
        shown.map((row) => {
          const [key, deed] = [...row.children].map((one) => one.getBoundingClientRect());
          return key !== undefined && deed !== undefined && key.right < deed.left;
        }),
      );
      expect(rows).toEqual([true, true, true]);
    }
    expect(await ann.page.getByRole("button", { name: "Play with my wallet" }).isDisabled()).toBe(
      true,
    );
  });

  test("without a wallet one is in a room after a proof", { timeout: TIMEOUT_MS }, async () => {
    await ann.press("Play now");
    await ann.heading("Getting you in");
    await check(ann, "entering");
    roomId = await ann.room();
    await ann.heading("Lobby");
    await check(ann, "lobby");
  });

  test("space dashes, also when a button was clicked before", async () => {
    const { page } = ann;
    const sound = page.getByRole("button", { name: /^Sound/ });
    const was = await sound.getAttribute("aria-pressed");
    await sound.click();
    await page.keyboard.press("Space");
    await page.getByText(/^dash #\d+/).waitFor();
    expect(await sound.getAttribute("aria-pressed")).not.toBe(was);
    await sound.click();
    // whoever uses keys alone presses the button that has the focus
    await sound.focus();
    await page.keyboard.press("Space");
    await page.locator(`button[aria-pressed="${was === "true" ? "false" : "true"}"]`).waitFor();
    await page.keyboard.press("Space");
  });

  test("with a wallet of one's own, too", { timeout: TIMEOUT_MS }, async () => {
    await bob.press("Play with my wallet");
    expect(await bob.room()).toBe(roomId);
    expect(wallet.asked).toContain("wallet_addEthereumChain");
    await check(bob, "lobby-phone");
  });

  test("a round: flying, a reload in the midst of it, the prize", {
    timeout: TIMEOUT_MS,
  }, async () => {
    [annId = ""] = [...stateOf(roomId).ships.keys()];
    const scoreOfAnn = () => stateOf(roomId).ships.get(annId)?.score ?? 0;
    startRound();
    await ann.phase("countdown");
    await ann.screenshot("countdown");
    await fly(ann.page, roomId, annId, ({ phase }) => phase === "playing" && scoreOfAnn() > 0);
    // Nobody presses anything any more: the last action goes all the way.
    await ann.page.locator(".levels[data-level=sealed]").waitFor();
    const had = scoreOfAnn();
    await ann.page.reload();
    expect(await ann.room()).toBe(roomId);
    await ann.phase("playing");
    expect(scoreOfAnn()).toBeGreaterThanOrEqual(had);
    await fly(ann.page, roomId, annId, ({ ticksLeft }) => ticksLeft < 200);
    await bob.screenshot("playing-phone");
    await check(ann, "playing");
    await fly(ann.page, roomId, annId, ({ phase }) => phase !== "playing");
    await ann.heading("You have won a prize");
    await check(ann, "results");
    await bob.heading("You were second");
    await check(bob, "results-phone");
  });

  test("the prize is sold, and bought by the other", { timeout: TIMEOUT_MS }, async () => {
    await ann.page.getByLabel("Price").fill("2.5");
    await ann.press("List for sale");
    await ann.page.getByText("It is on the market.").waitFor();
    await bob.press(/Market/);
    await bob.page.getByRole("dialog").waitFor();
    await check(bob, "market-phone");
    await bob.press(/^Buy crown/);
    await bob.page.getByText(/crown #\d+ is yours/).waitFor();
    await bob.press("Close");
    await ann.press(/Market/);
    await ann.page.getByText("None yet").waitFor();
    await check(ann, "market");
    await ann.press("Close");
  });

  test("the explorer shows the round and its prize", async () => {
    const link = ann.page.getByRole("link", { name: "See it in the ledger" });
    const opened = ann.page.context().waitForEvent("page");
    await link.click();
    const page = await opened;
    await page.getByRole("heading", { name: /^Round 0x/ }).waitFor();
    await page.getByText("crown").first().waitFor();
    expect(page.url().startsWith(`${server.node.rpc.url}/explorer`)).toBe(true);
    await page.close();
  });

  test("a drag flies as long as it is held", { timeout: TIMEOUT_MS }, async () => {
    const { mouse } = bob.page;
    const steering = () => {
      const [, ship] = [...stateOf(roomId).ships.entries()].find(([id]) => id !== annId) ?? [];
      return [ship?.dx, ship?.dy];
    };
    await mouse.move(100, 210);
    await mouse.down();
    await mouse.move(60, 250);
    await expect.poll(steering).toEqual([-1, 1]);
    expect(await bob.page.locator("#stick").isVisible()).toBe(true);
    await mouse.up();
    await expect.poll(steering).toEqual([0, 0]);
  });

  test("a connection that breaks comes back", { timeout: TIMEOUT_MS }, async () => {
    const banner = bob.page.getByText("Coming back");
    await bob.page.context().setOffline(true);
    await banner.waitFor();
    await bob.screenshot("reconnecting-phone");
    await bob.page.context().setOffline(false);
    await banner.waitFor({ state: "detached" });
    expect(await bob.room()).toBe(roomId);
  });

  test("a server that is gone is said to be", { timeout: TIMEOUT_MS }, async () => {
    await bob.press("Leave");
    await bob.heading("Arena");
    await bob.page.context().setOffline(true);
    await bob.press("Play now");
    await bob.page.getByText(/(SERVER|CHAIN)_UNREACHABLE/).waitFor();
    await check(bob, "error-phone");
    expect(ann.complaints).toEqual([]);
    // What others say when there is no network is their own.
    expect(bob.complaints.filter((text) => !/ERR_INTERNET|Network offline/.test(text))).toEqual([]);
  });
});
