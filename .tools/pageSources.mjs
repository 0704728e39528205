import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { packageFolders } from "./staleness.mjs";

// A page is a workspace with a `vite.config.ts`: what it is made of, and whether what was built is of that.

/** In a page's workspace: what was built. A build by hand (`npx vite build`) has to put it there too. */
export const BUILT = join("dist", "page");
const CONFIG = "vite.config.ts";
/** Beside what the build made: what it was made of. */
const STAMP = ".sources";
/** In no page: made by this, or for tests. */
const NO_SOURCES = new Set(["node_modules", "dist", "test", "testing", "bench", "pictures"]);

/**
 * The workspaces that are pages.
 * @param {string} root
 */
export function pageFolders(root) {
  return packageFolders(root).filter((folder) => existsSync(join(root, folder, CONFIG)));
}

/**
 * @param {string} root
 * @param {string} page its folder
 */
export function isPageBuilt(root, page) {
  const stamp = join(root, page, BUILT, STAMP);
  return existsSync(stamp) && readFileSync(stamp, "utf8") === sourcesDigest(root, page);
}

/**
 * What is to be written into a build's folder before it takes the place of the last one. Taken before the build: what
 * is saved meanwhile makes it stale.
 * @param {string} root
 * @param {string} page
 * @returns {{ name: string, content: string }}
 */
export function stampOf(root, page) {
  return { name: STAMP, content: sourcesDigest(root, page) };
}

/**
 * A hash of names, sizes and times of all files that may be in a page: its own, those of our workspaces that it depends
 * on, and the versions of everybody else's.
 * @param {string} root
 * @param {string} page
 */
function sourcesDigest(root, page) {
  const hash = createHash("sha256");
  for (const folder of withDependencies(root, page)) addFolder(hash, join(root, folder), folder);
  const lock = join(root, "package-lock.json");
  return hash.update(existsSync(lock) ? readFileSync(lock) : "no lock file").digest("hex");
}

/**
 * A page's workspace and those below it. What only its tests need isn't among them.
 * @param {string} root
 * @param {string} page
 */
function withDependencies(root, page) {
  const folders = new Map(
    packageFolders(root).map((folder) => [readManifest(root, folder).name, folder]),
  );
  const found = new Set([page]);
  for (const folder of found) {
    for (const name of Object.keys(readManifest(root, folder).dependencies ?? {})) {
      const dependency = folders.get(name);
      if (dependency !== undefined) found.add(dependency);
    }
  }
  return [...found].sort();
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {{ name?: string, dependencies?: Record<string, string> }}
 */
function readManifest(root, folder) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} path
 * @param {string} name
 */
function addFolder(hash, path, name) {
  const entries = readdirSync(path, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    if (NO_SOURCES.has(entry.name) || entry.name.startsWith(".")) continue;
    if (/\.(test\.ts|md)$/.test(entry.name)) continue;
    const [below, belowName] = [join(path, entry.name), `${name}/${entry.name}`];
    if (entry.isDirectory()) addFolder(hash, below, belowName);
    else {
      const { size, mtimeMs } = statSync(below);
      hash.update(JSON.stringify([belowName, size, mtimeMs]));
    }
  }
}
