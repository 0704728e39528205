import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";

const source = `
  const { parentPort } = require("node:worker_threads");
  const { readlinkSync, readFileSync } = require("node:fs");
  import(${JSON.stringify(new URL("./giveWay.ts", import.meta.url).href)}).then(({ giveWay }) => {
    const gives = giveWay();
    // Behind the name, which ends with a bracket: the 17th is the niceness.
    const stat = gives ? readFileSync("/proc/thread-self/stat", "utf8") : ")";
    parentPort.postMessage({ gives, niceness: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[16]) });
  });
`;

/** Of the main thread, as Linux has it. */
const ownNiceness = () =>
  Number(readFileSync("/proc/self/stat", "utf8").replace(/.*\) /s, "").split(" ")[16]);

test("a thread gives way, and only that thread", async () => {
  const before = getPriority();
  const worker = new Worker(source, { eval: true });
  const said = await new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
  await worker.terminate();
  if (existsSync("/proc/thread-self")) {
    expect(said).toEqual({ gives: true, niceness: Math.min(19, before + 10) });
    expect(ownNiceness()).toBe(before);
  } else {
    expect(said).toMatchObject({ gives: false });
  }
});

const program = `
  import { readFileSync, readdirSync } from "node:fs";
  import { getPriority } from "node:os";
  import { helpersGiveWay } from ${JSON.stringify(new URL("./giveWay.ts", import.meta.url).href)};
  const counts = [helpersGiveWay(), helpersGiveWay()];
  const tasks = "/proc/self/task";
  const named = (thread) => readFileSync(tasks + "/" + thread + "/comm", "utf8").trim();
  const priorities = (wanted) =>
    readdirSync(tasks).filter((thread) => wanted(named(thread))).map((thread) => getPriority(Number(thread)));
  const isHelper = (name) => name === "V8Worker";
  console.log(JSON.stringify({ counts, helpers: priorities(isHelper), others: priorities((name) => !isHelper(name)) }));
`;

test.skipIf(!existsSync("/proc/self/task"))("V8's threads give way, once, and no others do", () => {
  const run = ["--input-type=module", "--eval", program];
  const said = JSON.parse(execFileSync(process.execPath, run, { encoding: "utf8" }));
  const own = getPriority();
  const { counts, helpers, others } = said as Record<string, number[]>;
  expect(helpers?.length).toBeGreaterThan(0);
  expect(counts).toEqual([helpers?.length, helpers?.length]);
  expect(new Set(helpers)).toEqual(new Set([Math.min(19, own + 10)]));
  expect(new Set(others)).toEqual(new Set([own]));
});
