import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChecks } from "./checks.mjs";
import { countTests } from "./countTests.mjs";
import { installChromium } from "./installChromium.mjs";

// What .ci/run does once the checkout is set up: the checks, then `npm test` as a newcomer would type
// it, then one line with the numbers, which is the last that is printed.

/** A run that takes longer hangs: vitest waits for whatever a test started and left running. */
const TESTS_LIMIT_MS = 30 * 60_000;

/** @returns {{ passed: number, failed: number }} */
function runTests() {
  const folder = mkdtempSync(join(tmpdir(), "weft-ci-"));
  const reportPath = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportPath}`];
    // Of two thousand tests, many with processes that are killed or disks that are full, one that meets a busy machine
    // at a bad moment shouldn't refuse a change. It is told below, with why, and is to be mended.
    const { status, error } = spawnSync("npm", ["test", "--", "--retry=1", ...reporters], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "inherit", "inherit"],
      timeout: TESTS_LIMIT_MS,
    });
    if (error !== undefined) console.log(`npm test did not end: ${error.message}`);
    const { passed, failed, unsteady } = countTests(JSON.parse(readFileSync(reportPath, "utf8")));
    for (const { name, message } of unsteady) {
      console.log(`\npassed at the second try only: ${name}\n${message}`);
    }
    // vitest also fails for what belongs to no test, such as an unhandled rejection
    return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
  } catch (error) {
    console.log(`the tests gave no report: ${error}`);
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`== browser\n${installChromium()}`);
const failedChecks = runChecks();
console.log("\n== tests");
const tests = runTests();
const failed = tests.failed + failedChecks.length;
if (failedChecks.length > 0) console.log(`failed checks: ${failedChecks.join(", ")}`);
// nothing ran: that is no success either
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1;
console.log(`${tests.passed} passed, ${failed} failed`);
