import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

// `npm run check`: types, style, dead code. All of them run, so that one look shows all there is to
// mend. Started by run.mjs, so that the commands come from node_modules/.bin.

/** @typedef {{ name: string, command: string, args: string[] }} Check */

/** @type {readonly Check[]} */
const CHECKS = [
  { name: "types (tsc)", command: "tsc", args: ["--noEmit"] },
  { name: "style (biome)", command: "biome", args: ["check", "--error-on-warnings"] },
  { name: "dead code (knip)", command: "knip", args: ["--no-progress"] },
];

/**
 * Runs every check, with a heading before each.
 * @returns {string[]} the names of those that failed
 */
export function runChecks() {
  const failed = [];
  for (const { name, command, args } of CHECKS) {
    console.log(`\n== ${name}`);
    const { status, error } = spawnSync(command, args, {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "inherit", "inherit"],
    });
    if (error !== undefined) console.log(error.message);
    console.log(status === 0 ? `ok: ${name}` : `FAILED: ${name}`);
    if (status !== 0) failed.push(name);
  }
  return failed;
}

if (import.meta.main) {
  const failed = runChecks();
  console.log(failed.length === 0 ? "\nall checks passed" : `\nfailed: ${failed.join(", ")}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
