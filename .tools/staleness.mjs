import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// Is what is in node_modules what package.json and package-lock.json ask for? Two answers count:
// a stamp that we wrote after an installation of our own, and, for somebody who ran `npm install`
// by hand, the record that npm itself leaves in node_modules.

/** Where a good installation is recorded; deleted together with node_modules. */
const STAMP = join("node_modules", ".weft-setup.json");

/** The parts of a package.json that decide what is installed; a changed script reinstalls nothing. */
const DEPENDENCY_FIELDS = ["dependencies", "devDependencies", "optionalDependencies"];
const INSTALL_FIELDS = [
  ...DEPENDENCY_FIELDS,
  "name",
  "version",
  "bin",
  "peerDependencies",
  "overrides",
  "workspaces",
  "allowScripts",
];

/**
 * Which Node runs the programs: the one from node_modules, or, where that one does not run, the
 * machine's own.
 * @typedef {"packaged" | "host"} Runtime
 * @typedef {{ digest: string, platform: string, runtime: Runtime }} Stamp
 * @typedef {Record<string, unknown>} Json
 */

/**
 * @param {string} path
 * @returns {Json | undefined} undefined where there is no such file or no JSON in it
 */
function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * @param {unknown} value
 * @returns {Json}
 */
function asObject(value) {
  return typeof value === "object" && value !== null ? /** @type {Json} */ (value) : {};
}

/**
 * The folders of the root package and of all workspaces, relative to the root; the root is "".
 * @param {string} root
 */
export function packageFolders(root) {
  const patterns = readJson(join(root, "package.json"))?.workspaces;
  const folders = [""];
  for (const pattern of Array.isArray(patterns) ? patterns : []) {
    if (!pattern.endsWith("/*")) {
      folders.push(pattern);
      continue;
    }
    const parent = pattern.slice(0, -"/*".length);
    if (!existsSync(join(root, parent))) continue;
    for (const name of readdirSync(join(root, parent)).sort()) folders.push(`${parent}/${name}`);
  }
  return folders.filter((folder) => existsSync(join(root, folder, "package.json")));
}

/**
 * A hash of all that decides what an installation puts into node_modules.
 * @param {string} root
 */
function installDigest(root) {
  const hash = createHash("sha256");
  for (const folder of packageFolders(root)) {
    const manifest = readJson(join(root, folder, "package.json")) ?? {};
    hash.update(JSON.stringify([folder, INSTALL_FIELDS.map((field) => manifest[field] ?? null)]));
  }
  const lockPath = join(root, "package-lock.json");
  hash.update(existsSync(lockPath) ? readFileSync(lockPath) : "no lock file");
  return hash.digest("hex");
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

/**
 * @param {string} root
 * @returns {{ stale: string } | { runtime: Runtime }} why an installation is needed, or what to run on
 */
export function checkInstallation(root) {
  if (!existsSync(join(root, "node_modules"))) return { stale: "node_modules is missing" };
  const stamp = readJson(join(root, STAMP));
  if (stamp === undefined) return { stale: "node_modules was not completed" };
  if (stamp.platform !== platform()) {
    return { stale: `node_modules was made for ${stamp.platform}, this is ${platform()}` };
  }
  if (stamp.digest !== installDigest(root)) {
    return { stale: "node_modules is older than package.json or package-lock.json" };
  }
  if (stamp.runtime === "host") return { runtime: "host" };
  if (!existsSync(join(root, "node_modules", ".bin", "node"))) {
    return { stale: "node_modules has lost its Node" };
  }
  return { runtime: "packaged" };
}

/**
 * Records that node_modules is complete. Never call it on a guess: checkInstallation believes it.
 * @param {string} root
 * @param {Runtime} runtime
 */
export function recordInstallation(root, runtime) {
  /** @type {Stamp} */
  const stamp = { digest: installDigest(root), platform: platform(), runtime };
  // renamed into place, so that a run at the same time never reads half of it
  const temporary = join(root, `${STAMP}.${process.pid}`);
  writeFileSync(temporary, `${JSON.stringify(stamp)}\n`);
  renameSync(temporary, join(root, STAMP));
}

/**
 * @param {Json} manifest
 * @param {Json} locked
 */
function asksForTheSame(manifest, locked) {
  return DEPENDENCY_FIELDS.every((field) => {
    const wanted = Object.entries(asObject(manifest[field])).sort();
    return (
      JSON.stringify(wanted) === JSON.stringify(Object.entries(asObject(locked[field])).sort())
    );
  });
}

/**
 * Whether package-lock.json was made for these package.json files.
 * @param {string} root
 */
export function isLockUpToDate(root) {
  const locked = asObject(readJson(join(root, "package-lock.json"))?.packages);
  return packageFolders(root).every((folder) => {
    const manifest = readJson(join(root, folder, "package.json"));
    if (manifest === undefined || locked[folder] === undefined) return false;
    return asksForTheSame(manifest, asObject(locked[folder]));
  });
}

/**
 * Whether `npm install`, run by hand, left node_modules as package-lock.json has it: then there is
 * nothing to install, and above all no reason to delete node_modules under the feet of what runs.
 * @param {string} root
 */
export function isInstalledByHand(root) {
  const locked = asObject(readJson(join(root, "package-lock.json"))?.packages);
  // npm writes this one last, and deletes it when it fails
  const record = readJson(join(root, "node_modules", ".package-lock.json"));
  if (record === undefined) return false;
  const installed = asObject(record.packages);

  if (!isLockUpToDate(root)) return false;
  for (const [path, entry] of Object.entries(locked)) {
    if (!path.startsWith("node_modules/")) continue;
    const wanted = asObject(entry);
    const found = asObject(installed[path]);
    // an optional package may be one for another platform
    const mayBeAbsent = wanted.optional === true || wanted.devOptional === true;
    if (installed[path] === undefined && mayBeAbsent) continue;
    if (found.version !== wanted.version || found.link !== wanted.link) return false;
    if (!existsSync(join(root, path))) return false;
  }
  return Object.keys(installed).every((path) => locked[path] !== undefined);
}
