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
    expect(said).toEqual({ gives: true, niceness: Math.min(19, before + 5) });
    expect(ownNiceness()).toBe(before);
  } else {
    expect(said).toMatchObject({ gives: false });
  }
});
