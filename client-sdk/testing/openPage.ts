import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleWithVite } from "./bundle.ts";
import { serveFolder } from "./serveFolder.ts";
import { START_TIMEOUT_MS, startChromium } from "./startChromium.ts";

type Call = (...args: never[]) => unknown;

/** A module that runs in a page of Chromium. */
export type BrowserPage<Module> = {
  /** Calls one of its exports. Arguments and result are copied, bigints and typed arrays too. */
  call<Name extends keyof Module & string>(
    name: Name,
    ...args: Module[Name] extends Call ? Parameters<Module[Name]> : never
  ): Promise<Module[Name] extends Call ? Awaited<ReturnType<Module[Name]>> : never>;
  /** What the page wrote to its console, and errors that nobody caught. */
  readonly log: readonly string[];
  close(): Promise<void>;
};

export type PageOptions = {
  /** Makes `page.js` and what it needs in a folder. Default: Vite. */
  readonly bundle?: (modulePath: string, outDir: string) => Promise<void>;
};

/**
 * Bundles a module, serves it, and loads it in real Chromium.
 * @throws Error where there is no Chromium; see `describeInChromium`
 */
export async function openPage<Module>(
  modulePath: string,
  { bundle = bundleWithVite }: PageOptions = {},
): Promise<BrowserPage<Module>> {
  const endings: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), "weft-page-"));
    endings.push(() => rm(folder, { recursive: true, force: true }));
    await bundle(modulePath, folder);
    const served = await serveFolder(folder);
    endings.push(served.close);
    const browser = await startChromium();
    endings.push(() => browser.close());
    const page = await browser.newPage();
    const log: string[] = [];
    page.on("console", (message) => log.push(message.text()));
    page.on("pageerror", (error) => log.push(String(error)));
    await page.goto(served.url, { timeout: START_TIMEOUT_MS });
    const isLoaded = () => "page" in globalThis;
    await page.waitForFunction(isLoaded, null, { timeout: START_TIMEOUT_MS }).catch((cause) => {
      throw new Error(`the page didn't load: ${log.join("\n")}`, { cause });
    });
    return { log, close, call: (name, ...args) => page.evaluate(callExport, { name, args }) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs in the page. */
function callExport({ name, args }: { name: string; args: readonly unknown[] }): never {
  const { page } = globalThis as unknown as {
    page: Record<string, (...args: readonly unknown[]) => never>;
  };
  const run = page[name];
  if (run === undefined) throw new Error(`the page's module has no ${name}`);
  return run(...args);
}
