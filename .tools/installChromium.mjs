import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

// CI only: tests of browsers say that they were skipped where there is no Chromium, and where CI can
// install it, none is. `npm test` installs nothing on anybody's machine.

const NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"];
const INSTALL_LIMIT_MS = 10 * 60_000;

/** @param {NodeJS.ProcessEnv} env */
function hasChromium(env) {
  if (env.CHROMIUM_PATH) return true;
  const folders = (env.PATH ?? "").split(delimiter);
  return folders.some((folder) => NAMES.some((name) => existsSync(join(folder, name))));
}

/**
 * Installs Chromium with apt-get where this is Debian or like it, and we are root.
 * @param {{ env?: NodeJS.ProcessEnv, isRoot?: boolean }} [machine]
 * @returns {string} what was done, or why nothing was, for people
 */
export function installChromium({ env = process.env, isRoot = process.getuid?.() === 0 } = {}) {
  if (hasChromium(env)) return "Chromium is there";
  if (!isRoot) return "no Chromium, and only root could install it";
  for (const args of [["update"], ["install", "--yes", "--no-install-recommends", "chromium"]]) {
    const { status, error, stderr } = spawnSync("apt-get", args, {
      env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
      timeout: INSTALL_LIMIT_MS,
    });
    if (status === 0) continue;
    const why = error?.message ?? stderr.trim().split("\n").at(-1);
    return `no Chromium: \`apt-get ${args.join(" ")}\` failed: ${why}`;
  }
  return "installed Chromium";
}
