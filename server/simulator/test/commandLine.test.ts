import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Far from what a busy machine needs to start three processes. */
const TIMEOUT_MS = 5 * 60_000;

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

test(
  "a seed that fails says how to repeat it, and that repeats it",
  () => {
    const first = run("--seeds", "1", "--from", "1", "--jobs", "1", "--mutation", "runsTwice");
    expect(first.status).toBe(1);
    const [, again] = /again: npm run simulate -- (.*)\n/.exec(first.stdout) ?? [];
    expect(again).toBe("--seed 1 --mutation runsTwice --trace");
    const second = run(...(again ?? "").split(" "));
    expect(second.status).toBe(1);
    const [violation] = first.stdout.split("\n");
    expect(second.stdout).toContain(violation);
  },
  TIMEOUT_MS,
);

test("what is wrong with the arguments is said, with what there is", () => {
  expect(run("--help")).toMatchObject({ status: 0, stderr: "" });
  const { status, stderr } = run("--seeds", "many");
  expect(status).toBe(2);
  expect(stderr).toContain("--seeds: a whole number expected, got many");
  expect(run("--mutation", "nothing").status).toBe(2);
});
