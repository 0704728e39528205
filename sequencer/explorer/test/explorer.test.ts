import { describeInChromium, startChromium } from "@weft/client-sdk/testing";
import { type Follower, startFollower } from "@weft/node";
import { reservePort } from "@weft/protocol/testing/node";
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { buildExplorer, ExplorerPage } from "./support/explorerPage.ts";
import { type Played, playDen, quiet } from "./support/playDen.ts";

const TIMEOUT_MS = 300_000;

describeInChromium("the explorer in Chromium", () => {
  let played: Played;
  let browser: Browser;
  let explorer: ExplorerPage;
  const url = () => `${played.server.node.rpc.url}/explorer`;

  beforeAll(async () => {
    buildExplorer();
    [played, browser] = await Promise.all([playDen(), startChromium()]);
    explorer = await ExplorerPage.open(browser, url());
  }, TIMEOUT_MS);
  afterEach(() => {
    // breaches of its policy among them
    expect(explorer.complaints).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await played?.server.stop();
  });

  /** A page that is as it should be, and a picture of it. */
  async function check(name: string, page = explorer): Promise<void> {
    await page.screenshot(name);
    expect(await page.violations()).toEqual([]);
  }

  test("the ledger grows, both chains in it; paused, it stands still and counts", async () => {
    const { page } = explorer;
    await explorer.heading("Ledger");
    const newest = () => explorer.newestHeight();
    const first = await newest();
    await expect.poll(newest).toBeGreaterThanOrEqual(first + 30);
    await page.getByText("live", { exact: true }).waitFor();
    await check("ledger");

    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByText(/paused, [1-9]\d* new/).waitFor();
    const held = await newest();
    await page.getByText(/paused, ([2-9]|\d\d)\d new/).waitFor();
    expect(await newest()).toBe(held);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await expect.poll(newest).not.toBe(held);
    expect(await page.getByRole("row").count()).toBeLessThanOrEqual(41);
  });

  test("a room: its lanes, their seals, and its log", async () => {
    const { page } = explorer;
    await page.getByRole("link", { name: "Rooms" }).click();
    await explorer.heading(/^Rooms 1/);
    await check("rooms");
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await explorer.heading(/^Room /);
    const lanes = page.getByRole("region", { name: "Lanes of the room" });
    expect(await lanes.getByRole("row").count()).toBe(3);
    const [, winner, loser] = await lanes.getByRole("row").allInnerTexts();
    expect(winner).toMatch(/all by \d+ seals?\s.*left in \d+/);
    expect(loser).toMatch(/all by \d+ seals?\s.*here since \d+/);
    const log = page.getByRole("region", { name: "Events of the room" });
    await log.getByText("is reported, 1 prize").waitFor();
    await log.getByText('dig {"depth":9}').first().waitFor();
    expect(await log.getByText("tick", { exact: true }).count()).toBe(0);
    await page.getByLabel("Show ticks").check();
    await log.getByText("tick", { exact: true }).first().waitFor();
    await page.getByLabel("Show ticks").uncheck();
    await page.getByRole("img", { name: /^The lanes of/ }).waitFor();
    await check("room");
  });

  test("a round: from its registration to its prize, on both chains", async () => {
    const { page } = explorer;
    await page.getByRole("link", { name: "Rounds" }).click();
    await explorer.heading(/^Rounds 1/);
    await check("rounds");
    await page.getByRole("row").nth(1).getByRole("link").first().click();
    await explorer.heading(/^Round 0x/);
    await page.getByText("1 minted").waitFor();
    expect(page.url()).toContain(played.roundId);
    const prizes = page.getByRole("region", { name: "Prizes of the round" });
    const [, prize] = await prizes.getByRole("row").allInnerTexts();
    expect(prize).toMatch(/^lantern\s.*#1\s/);
    await check("round");
    // what minted it says so itself
    await prizes.getByRole("link").last().click();
    await explorer.heading(/^Transaction: signed/);
    await page.getByText("succeeded").waitFor();
    await page.getByText("ItemMinted").waitFor();
    await check("transaction");
  });

  test("crossings both ways, and the balances that they left", async () => {
    const { page } = explorer;
    await page.getByRole("link", { name: "Crossings" }).click();
    await explorer.heading(/^Crossings 2/);
    const [, newer, older] = await page.getByRole("row").allInnerTexts();
    expect(newer?.replaceAll(/\s+/g, " ")).toMatch(/^fast → ?ZK 0 0.4 ZKPoW/);
    expect(older?.replaceAll(/\s+/g, " ")).toMatch(/^ZK → ?fast 0 1 ZKPoW/);
    await check("crossings");
    await page.getByRole("row").nth(1).locator(`a[href*="${played.winner}"]`).click();
    await explorer.heading("Address");
    const onFast = await page.getByRole("region", { name: "On the fast chain" }).innerText();
    expect(onFast).toContain("0.6 ZKPoW");
    const onZk = await page.getByRole("region", { name: "On the ZK chain" }).innerText();
    // its deposit, by the name that the portal has for it
    await page
      .getByRole("row")
      .filter({ hasText: /Portal deposit 1 ZKPoW/ })
      .waitFor();
    expect(onZk).toMatch(/99\.39\d* ZKPoW[\s\S]*Passes\s+#1\s+Prizes\s+#1/);
    await check("address");
  });

  test("search finds by height, hash, address, id and name; what isn't there, it says", async () => {
    const { page } = explorer;
    const { ledger } = played.server.node;
    await explorer.search("1");
    await page.getByText("“1” may be any of these").waitFor();
    await check("search-many");
    await page.getByRole("link", { name: /^Block 1, / }).click();
    await explorer.heading("Block 1");
    await check("block");
    await explorer.search(ledger.blockByHeight(0 as never)?.hash ?? "");
    await explorer.heading("Block 0");
    await explorer.search(played.withdrawal);
    await explorer.heading("Transaction: signed");
    await page.getByText("withdraw").waitFor();
    await explorer.search(played.winner);
    await explorer.heading("Address");
    await explorer.search(played.roundId);
    await explorer.heading(/^Round 0x/);
    await explorer.search(played.room);
    await page.getByRole("link", { name: /^Room / }).click();
    await explorer.heading(/^Room /);
    const name = (await page.getByRole("heading", { level: 1 }).innerText()).slice("Room ".length);
    await explorer.search(name);
    await explorer.heading(`Room ${name}`);
    await explorer.search("<b>nonesuch");
    await page.getByText("Nothing was found for “<b>nonesuch”").waitFor();
    await check("search");
  });

  test("what an address can't mean is searched for", async () => {
    const { page } = explorer;
    await explorer.go("#/block/abc");
    await page.getByText("Nothing was found for “abc”").waitFor();
    await explorer.go(`#/search/${"x".repeat(5_000)}`);
    await page.getByText(/Nothing was found for “x{128}”/).waitFor();
    // a room is known by its name, too
    await explorer.go(`#/room/${played.room}`);
    await explorer.heading(/^Room /);
    const name = (await page.getByRole("heading", { level: 1 }).innerText()).slice("Room ".length);
    await explorer.go(`#/room/${name}`);
    await explorer.heading(`Room ${name}`);
    expect(page.url()).toContain(played.room);
  });

  test("a deposit says what crossed, in words", async () => {
    const { page } = explorer;
    await explorer.go("#/crossings");
    await page.getByRole("row").nth(2).locator('a[href^="#/tx/"]').last().click();
    await explorer.heading("Transaction: deposit");
    const said = (await page.getByRole("main").innerText()).replaceAll(/\s+/g, " ");
    expect(said).toMatch(/Amount 1 ZKPoW .*In ZK block \d+/);
    expect(said).not.toContain("nobody");
  });

  test("works with the keyboard alone", async () => {
    const { page } = explorer;
    await explorer.go("#/");
    await page.reload();
    await explorer.heading("Ledger");
    const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim());
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await page.getByRole("link", { name: "Rounds" }).focus();
    await page.keyboard.press("Enter");
    await explorer.heading(/^Rounds/);
    // whoever hears the page hears the new one from its beginning
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
  });

  test("dark, and on a telephone", async () => {
    const dark = await ExplorerPage.open(browser, url(), { colorScheme: "dark" });
    await dark.page.getByRole("row").nth(20).waitFor();
    await check("dark-ledger", dark);
    await dark.go(`#/round/${played.roundId}`);
    await dark.page.getByText("1 minted").waitFor();
    await check("dark-round", dark);
    await dark.close();
    const viewport = { width: 390, height: 844 };
    const narrow = await ExplorerPage.open(browser, url(), { viewport });
    for (const [name, hash, sign] of [
      ["ledger", "#/", "live"],
      ["round", `#/round/${played.roundId}`, "1 minted"],
      ["room", `#/room/${played.room}`, "Show ticks"],
    ] as const) {
      await narrow.go(hash);
      await narrow.page.getByText(sign, { exact: true }).waitFor();
      const overflows = () =>
        document.documentElement.scrollWidth > document.documentElement.clientWidth;
      expect(await narrow.page.evaluate(overflows)).toBe(false);
      await check(`narrow-${name}`, narrow);
    }
    await narrow.page.locator(".facts .item").evaluate((item) => {
      for (let nth = 0; nth < 9; nth++) item.after(item.cloneNode(true));
    });
    const stays = () => {
      const list = document.querySelector(".facts");
      return list !== null && list.scrollWidth <= list.clientWidth;
    };
    expect(await narrow.page.evaluate(stays), "a room's rounds stay in their frame").toBe(true);
    expect([...dark.complaints, ...narrow.complaints]).toEqual([]);
    await narrow.close();
  });

  async function lookAtAnotherNode(address: string, rpc: string): Promise<void> {
    const foreign = await ExplorerPage.open(browser, `${address}?rpc=${encodeURIComponent(rpc)}`);
    await foreign.page.getByRole("complementary").getByText(rpc).waitFor();
    await foreign.page.getByText("live", { exact: true }).waitFor();
    await check("foreign", foreign);
    expect(foreign.complaints).toEqual([]);
    await foreign.close();
  }

  test("a follower serves it of its own ledger; while it is away the page says so, and goes on after", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const port = await reservePort();
    const follow = (): Promise<Follower> =>
      startFollower({ url: played.server.node.rpc.url, rpc: { port }, logger: quiet });
    let follower = await follow();
    const { url } = follower.rpc;
    try {
      const there = await ExplorerPage.open(browser, `${url}/explorer`);
      const { page } = there;
      await page.getByText("live", { exact: true }).waitFor();
      await there.go(`#/round/${played.roundId}`);
      await page.getByText("1 minted").waitFor();
      expect(there.complaints).toEqual([]);
      await lookAtAnotherNode(`${url}/explorer`, played.server.node.rpc.url);
      await there.go("#/");
      await follower.stop();
      await page.getByText("not connected").waitFor();
      follower = await follow();
      await page.getByText("live", { exact: true }).waitFor();
      const head = played.server.node.ledger.head?.header.height ?? 0;
      await expect.poll(() => there.newestHeight()).toBeGreaterThanOrEqual(head + 20);
      expect(await page.getByRole("alert").count()).toBe(0);
      await there.close();
    } finally {
      await follower.stop();
    }
  });

  test("when nothing happens any more, the pace falls to nothing", async () => {
    await explorer.go("#/");
    const pace = explorer.page.getByText("Blocks a second").locator("xpath=following-sibling::dd");
    await expect.poll(async () => Number(await pace.innerText())).toBeGreaterThan(0);
    await played.empty();
    await expect.poll(() => pace.innerText()).toBe("0");
  });
});
