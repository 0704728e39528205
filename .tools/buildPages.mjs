import { spawn } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withInstallLock } from "./installLock.mjs";
import { programsPath } from "./launch.mjs";
import { BUILT, isPageBuilt, pageFolders, stampOf } from "./pageSources.mjs";
import { SetUpError } from "./SetUpError.mjs";

// Pages for browsers are the only thing here that has to be built. It is done before any program runs, where sources have
// changed, so that nobody has to remember it. `npm run pages:build` does it alone.

/** How much of Vite's output is shown when it fails. */
const OUTPUT_LIMIT_CHARS = 4_000;

/** @typedef {import("./staleness.mjs").Runtime} Runtime */

/**
 * Builds each page whose sources changed, into its `dist`. One that doesn't build keeps what it had; that is said, and is
 * no reason to start nothing else.
 * @param {string} root the checkout
 * @param {Runtime} runtime
 * @param {{ log: (line: string) => void, pages?: string[] }} options `pages`: their folders; default: all
 * @returns {Promise<string[]>} the folders of those that don't build
 * @throws {SetUpError} INTERRUPTED, LOCK_TIMEOUT
 */
export async function buildPages(root, runtime, { log, pages = pageFolders(root) }) {
  const isStale = (/** @type {string} */ page) => !isPageBuilt(root, page);
  if (!pages.some(isStale)) return [];
  return await withInstallLock(join(root, ".setup.lock"), log, async () => {
    const failed = [];
    // the one we waited for may have built some
    for (const page of pages.filter(isStale)) {
      log(`building the page of ${page}`);
      const output = await buildPage(root, runtime, page);
      if (output === undefined) continue;
      failed.push(page);
      log(`the page of ${page} doesn't build, the rest works without it:\n\n${output}\n`);
    }
    return failed;
  });
}

/**
 * @param {string} root
 * @param {Runtime} runtime
 * @param {string} page
 * @returns {Promise<string | undefined>} what Vite said, if it failed
 */
async function buildPage(root, runtime, page) {
  const built = join(root, page, BUILT);
  const next = join(root, page, "dist", "next");
  const stamp = stampOf(root, page);
  const { exitCode, output } = await runVite(root, runtime, page, next);
  if (exitCode !== 0) return output;
  writeFileSync(join(next, stamp.name), stamp.content);
  // What was there before is there until the new one is whole.
  rmSync(built, { recursive: true, force: true });
  renameSync(next, built);
  return undefined;
}

/**
 * @param {string} root
 * @param {Runtime} runtime
 * @param {string} page
 * @param {string} outDir
 * @returns {Promise<{ exitCode: number, output: string }>}
 * @throws {SetUpError} INTERRUPTED
 */
async function runVite(root, runtime, page, outDir) {
  const vite = join(root, "node_modules", ".bin", "vite");
  // Its colours, and what vitest sets for itself, have no place in a page.
  const env = { ...process.env, PATH: programsPath(root, runtime), NODE_ENV: "production" };
  const child = spawn(vite, ["build", "--outDir", outDir, "--emptyOutDir"], {
    cwd: join(root, page),
    env: { ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk) => {
      output = (output + chunk).slice(-OUTPUT_LIMIT_CHARS);
    });
  }
  /** @type {NodeJS.Signals | undefined} */
  let interruptedBy;
  /** @param {NodeJS.Signals} signal */
  const interrupt = (signal) => {
    interruptedBy = signal;
    child.kill(signal);
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt).on("SIGHUP", interrupt);
  try {
    const exitCode = await new Promise((resolve) => {
      child.once("error", (error) => {
        output += error.message;
        resolve(1);
      });
      child.once("close", (code) => resolve(code ?? 1));
    });
    if (interruptedBy === undefined) return { exitCode, output };
    const signal = constants.signals[interruptedBy];
    throw new SetUpError("INTERRUPTED", "set-up interrupted", { exitCode: 128 + signal });
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt).off("SIGHUP", interrupt);
  }
}

if (import.meta.main) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const pages = process.argv.slice(2);
  const failed = await buildPages(root, "packaged", {
    log: (line) => console.error(line),
    ...(pages.length > 0 && { pages }),
  });
  process.exitCode = failed.length === 0 ? 0 : 1;
}
