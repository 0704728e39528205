import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { withInstallLock } from "./installLock.mjs";
import { assertNpm, installWithNpm, isLockRefused } from "./npm.mjs";
import { SetUpError } from "./SetUpError.mjs";
import {
  checkInstallation,
  isInstalledByHand,
  isLockUpToDate,
  recordInstallation,
} from "./staleness.mjs";

/** The Node that runs our TypeScript as it is, and that Colyseus and vitest ask for. */
const NEEDED_NODE_MAJOR = 24;
const NODE_ANSWER_LIMIT_MS = 30_000;

/** @typedef {import("./staleness.mjs").Runtime} Runtime */

/** @param {string} root */
function packagedNodeRuns(root) {
  const node = join(root, "node_modules", ".bin", "node");
  const answer = spawnSync(node, ["--version"], {
    encoding: "utf8",
    timeout: NODE_ANSWER_LIMIT_MS,
  });
  return answer.status === 0 && answer.stdout.startsWith(`v${NEEDED_NODE_MAJOR}.`);
}

/**
 * The npm package `node` brings its binary with an install script, which a setting of the user
 * (`ignore-scripts`) or a failed download can have kept from running: then it is run once more.
 * @param {string} root
 * @param {(line: string) => void} log
 * @returns {Promise<Runtime>}
 */
async function settleRuntime(root, log) {
  if (packagedNodeRuns(root)) return "packaged";
  log(`the packaged Node ${NEEDED_NODE_MAJOR} does not run yet, fetching it again`);
  /** @type {unknown} */
  let cause;
  try {
    await installWithNpm(root, ["rebuild", "node", "--ignore-scripts=false"], log);
  } catch (error) {
    if (error instanceof SetUpError && error.code === "INTERRUPTED") throw error;
    cause = error;
  }
  if (packagedNodeRuns(root)) return "packaged";
  if (Number.parseInt(process.versions.node, 10) >= NEEDED_NODE_MAJOR) {
    log(`the packaged Node does not run here, using the machine's ${process.version} instead`);
    return "host";
  }
  const why = cause instanceof Error ? `\n\n${cause.message}` : "";
  throw new SetUpError(
    "NODE_UNUSABLE",
    `the npm package \`node\` gave no Node that runs on ${process.platform}-${process.arch}. ` +
      `Install Node ${NEEDED_NODE_MAJOR} on this machine and try again.${why}`,
    { cause },
  );
}

/**
 * Installs what package-lock.json says. npm 11.19 refuses a lock file that lacks an optional build
 * for another platform, which it writes itself when the registry that was asked didn't have that
 * build; nothing that is needed here is missing then, so that `npm install` does the same work.
 * @param {string} root
 * @param {(line: string) => void} log
 */
async function installLocked(root, log) {
  // dev dependencies too, whatever NODE_ENV says: Node itself is one
  try {
    await installWithNpm(root, ["ci", "--include=dev"], log);
  } catch (error) {
    if (!isLockRefused(error) || !isLockUpToDate(root)) throw error;
    rmSync(join(root, "node_modules"), { recursive: true, force: true });
    await installWithNpm(root, ["install", "--no-save", "--include=dev"], log);
  }
}

/**
 * Makes sure that node_modules holds what package-lock.json asks for, and says which Node to use.
 * Does nothing, fast, when it does.
 * @param {string} root the checkout
 * @param {{ log: (line: string) => void }} options `log` gets progress, a line at a time
 * @returns {Promise<Runtime>}
 * @throws {SetUpError}
 */
export async function setUp(root, { log }) {
  const before = checkInstallation(root);
  if ("runtime" in before) return before.runtime;
  return await withInstallLock(join(root, ".setup.lock"), log, async () => {
    // the one we waited for may have done it
    const now = checkInstallation(root);
    if ("runtime" in now) return now.runtime;
    await assertNpm(root, log);
    if (!isInstalledByHand(root)) {
      const startedMs = performance.now();
      log(`installing dependencies (${now.stale}), a minute or so`);
      await installLocked(root, log);
      log(`installed in ${Math.round((performance.now() - startedMs) / 1000)} s`);
    }
    const runtime = await settleRuntime(root, log);
    recordInstallation(root, runtime);
    return runtime;
  });
}
