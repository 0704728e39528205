import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { countTests } from "./countTests.mjs";
import { recordInstallation } from "./staleness.mjs";

// A checkout of its own, complete and with nothing in it: no test may start an installation in the
// one that it runs from.
const root = mkdtempSync(join(tmpdir(), "weft-run-"));
const run = join(root, ".tools", "run.mjs");

beforeAll(() => {
  cpSync(fileURLToPath(new URL(".", import.meta.url)), join(root, ".tools"), { recursive: true });
  mkdirSync(join(root, "node_modules", ".bin"), { recursive: true });
  symlinkSync(process.execPath, join(root, "node_modules", ".bin", "node"));
  writeFileSync(join(root, "package.json"), "{}");
  recordInstallation(root, "packaged");
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function runSync(...args: string[]) {
  return spawnSync(process.execPath, [run, ...args], { encoding: "utf8" });
}

test("stdout, stderr, arguments and exit code are the program's own", () => {
  const code = 'console.log(process.argv.slice(1).join()); console.error("e"); process.exit(7)';
  const { stdout, stderr, status } = runSync("node", "-e", code, "--", "--json", "a b");
  expect({ stdout, stderr, status }).toEqual({ stdout: "--json,a b\n", stderr: "e\n", status: 7 });
});

test("what the program starts runs on the packaged Node too", () => {
  const code = 'require("node:child_process").execSync("node --version", { stdio: "inherit" })';
  expect(runSync("node", "-e", code).stdout).toMatch(/^v24\./);
});

test("TypeScript runs without a word from Node", () => {
  const code = "const a: number = 1; console.log(a)";
  const { stdout, stderr } = runSync("node", "--input-type=module-typescript", "-e", code);
  expect({ stdout, stderr }).toEqual({ stdout: "1\n", stderr: "" });
});

test.each(["nonesuch", "../typescript/bin/tsc"])("%s is no program: exit code 127", (program) => {
  const { status, stderr } = runSync(program);
  expect(status).toBe(127);
  expect(stderr).toContain(`there is no program "${program}"`);
});

test("no program: usage, exit code 2", () => {
  expect(runSync().status).toBe(2);
});

test.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const)(
  "%s reaches the program, which may end as it likes or by it",
  async (signal, status) => {
    const wait = "setInterval(() => {}, 1000);";
    const gentle = `process.once("${signal}", () => process.exit(5));`;
    for (const [code, expected] of [[`${gentle}${wait}`, 5] as const, [wait, status] as const]) {
      const program = `${code} console.log("ready")`;
      const child = spawn(process.execPath, [run, "node", "-e", program], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      const exit = once(child, "exit");
      await once(child.stdout, "data");
      child.kill(signal);
      expect(await exit).toEqual([expected, null]);
    }
  },
);

test("tests are counted, and files that failed without a failed test", () => {
  const failedTest = { status: "failed", assertionResults: [{ status: "failed" }] };
  const brokenFile = { status: "failed", assertionResults: [] };
  const passed = { status: "passed", assertionResults: [{ status: "passed" }] };
  const report = { numPassedTests: 3, numFailedTests: 1 };
  const again = { ...passed.assertionResults[0], fullName: "x", failureMessages: ["why"] };
  const unsteady = { status: "passed", assertionResults: [again] };
  expect(
    countTests({ ...report, testResults: [failedTest, brokenFile, passed, unsteady] }),
  ).toEqual({
    passed: 3,
    failed: 2,
    unsteady: [{ name: "x", message: "why" }],
  });
  expect(() => countTests({})).toThrow(TypeError);
  expect(() => countTests(undefined)).toThrow(TypeError);
});
