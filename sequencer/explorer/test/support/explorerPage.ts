import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type Axe from "axe-core";
import type { Browser, Page } from "playwright-core";

/** Where a person can look at what the tests saw. */
const SCREENSHOTS = join(import.meta.dirname, "../../dist/screenshots");
const TOOLS = join(import.meta.dirname, "../../../../.tools");

/** What `npm test` has done before; who runs a single file with vitest hasn't. */
export function buildExplorer(): void {
  execFileSync(process.execPath, [join(TOOLS, "buildPages.mjs"), "sequencer/explorer"]);
  mkdirSync(SCREENSHOTS, { recursive: true });
}

/** For what a page is to show, on a busy machine. */
const PATIENCE_MS = 60_000;

export type PageLook = {
  readonly colorScheme?: "light" | "dark";
  readonly viewport?: { readonly width: number; readonly height: number };
};

/** The explorer in a browser. */
export class ExplorerPage {
  readonly page: Page;
  /** What it wrote to the console, breaches of its policy included, and errors that nobody caught. */
  readonly complaints: string[] = [];
  readonly #url: string;

  private constructor(page: Page, url: string) {
    this.page = page;
    this.#url = url;
    page.on("console", (message) => this.complaints.push(message.text()));
    page.on("pageerror", (error) => this.complaints.push(String(error)));
  }

  /** @param url of the page, without a hash */
  static async open(browser: Browser, url: string, look: PageLook = {}): Promise<ExplorerPage> {
    const { colorScheme = "light", viewport = { width: 1280, height: 900 } } = look;
    const context = await browser.newContext({ colorScheme, viewport, reducedMotion: "reduce" });
    const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
    context.setDefaultTimeout(PATIENCE_MS);
    await context.addInitScript({ content: readFileSync(axe, "utf8") });
    const page = new ExplorerPage(await context.newPage(), url);
    await page.page.goto(url);
    return page;
  }

  /** Follows an address of the page, as a link would. */
  async go(hash: string): Promise<void> {
    await this.page.goto(`${this.#url}${hash}`);
  }

  async search(text: string): Promise<void> {
    await this.page.getByRole("searchbox").fill(text);
    await this.page.getByRole("searchbox").press("Enter");
  }

  /** Resolves when the page has this heading. */
  async heading(name: string | RegExp): Promise<void> {
    await this.page.getByRole("heading", { level: 1, name }).waitFor();
  }

  /** The newest height that the ledger's page shows. */
  async newestHeight(): Promise<number> {
    const newest = this.page.getByRole("row").nth(1).getByRole("link").first();
    return Number((await newest.innerText()).replaceAll(",", ""));
  }

  /** @returns what axe has against the page as it is, a line each */
  async violations(): Promise<string[]> {
    const { violations } = await this.page.evaluate(() => {
      const { axe } = globalThis as unknown as { axe: typeof Axe };
      // what it has nothing against need not be told
      return axe.run({ resultTypes: ["violations"] });
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
    );
  }

  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
