import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { createWalletProvider } from "@weft/client-sdk/testing";
import type { AxeResults } from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** Where a person can look at what the tests saw. */
const SCREENSHOTS = join(import.meta.dirname, "../../../dist/screenshots");
const TOOLS = join(import.meta.dirname, "../../../../../.tools");

/** What `npm test` has done before; who runs a single file with vitest hasn't. */
export function buildArenaPage(): void {
  execFileSync(process.execPath, [join(TOOLS, "buildPages.mjs")]);
  mkdirSync(SCREENSHOTS, { recursive: true });
}

/** For what a page is to show, on a busy machine. */
const PATIENCE_MS = 60_000;

export type PageLook = {
  readonly viewport: { readonly width: number; readonly height: number };
  readonly hasTouch?: boolean;
  /** A wallet that the browser has. */
  readonly wallet?: ReturnType<typeof createWalletProvider>;
};

/** A page of the arena, in a browser of its own: nobody else's storage. */
export class ArenaPage {
  readonly page: Page;
  /** What it wrote to the console, breaches of its policy included, and errors that nobody caught. */
  readonly complaints: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) this.complaints.push(message.text());
    });
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  static async open(browser: Browser, url: string, look: PageLook): Promise<ArenaPage> {
    const { viewport, hasTouch = false, wallet } = look;
    const context = await browser.newContext({
      viewport,
      hasTouch,
      isMobile: hasTouch,
      // of two pages on two cores, one is to be calm
      reducedMotion: hasTouch ? "reduce" : "no-preference",
    });
    context.setDefaultTimeout(PATIENCE_MS);
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    await context.addInitScript({ content: readFileSync(axe, "utf8") });
    if (wallet !== undefined) await giveWallet(context, wallet);
    const arena = new ArenaPage(await context.newPage());
    await arena.page.goto(url);
    return arena;
  }

  press(name: string | RegExp): Promise<void> {
    return this.page.getByRole("button", { name }).click();
  }

  /** Resolves when something with this heading is there. */
  async heading(name: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { name }).waitFor();
  }

  /** Resolves when the game, as the page shows it, is in this phase. */
  async phase(phase: string): Promise<void> {
    await this.page.locator(`main[data-phase=${phase}]`).waitFor();
  }

  /** The room that is played in. */
  async room(): Promise<string> {
    const main = this.page.locator("main[data-room]");
    await main.waitFor();
    return (await main.getAttribute("data-room")) ?? "";
  }

  /** @returns what axe has against the page as it is, a line each */
  async violations(): Promise<string[]> {
    const { violations } = await this.page.evaluate(() =>
      (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run(),
    );
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  }
}

/** `window.ethereum`, with the wallet itself outside of the page. */
async function giveWallet(context: BrowserContext, { request }: NonNullable<PageLook["wallet"]>) {
  // Errors lose their codes on the way, so they go as values.
  await context.exposeFunction("askWallet", (call: { method: string }) =>
    request(call).then(
      (value) => ({ value }),
      ({ code, message }) => ({ error: { code, message } }),
    ),
  );
  await context.addInitScript(() => {
    const { askWallet } = globalThis as unknown as {
      askWallet(call: unknown): Promise<{ value?: unknown; error?: object }>;
    };
    const request = async (call: unknown) => {
      const { value, error } = await askWallet(call);
      if (error !== undefined) throw Object.assign(new Error(), error);
      return value;
    };
    Object.assign(globalThis, { ethereum: { request } });
  });
}
