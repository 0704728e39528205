import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { bytesToHex, sealMessage, sha256 } from "@weft/protocol";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { createPlayer } from "../testChain.ts";
import type { SealTask } from "../types.ts";
import { packSeals, unpackSeals } from "./sealBatch.ts";
import { knownVerdict, sealHolds } from "./sealClaim.ts";
import { type SealVerdict, SealVerifier, type SealVerifierOptions } from "./sealVerifier.ts";

const player = createPlayer(1);
const key = player.grant.sessionKey;

const running: SealVerifier[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((verifier) => verifier.stop()));
});

const realThread = () => new Worker(new URL("./sealWorker.ts", import.meta.url));
/** Says that it is there, and never answers. */
const stuckThread = () =>
  new Worker(
    `const { parentPort } = require("node:worker_threads");
     parentPort.on("message", () => {});
     parentPort.postMessage("ready");`,
    { eval: true },
  );
const brokenThread = () => new Worker("throw new Error('broken on purpose');", { eval: true });

/** @param threads How each thread is made that is started; the last one also makes those after it. */
function start(
  threads: readonly (() => Worker)[] = [realThread],
  options: SealVerifierOptions = {},
) {
  const started: Worker[] = [];
  const isThere: Promise<unknown>[] = [];
  const messages = { count: 0 };
  const died: Error[] = [];
  const verifier = new SealVerifier({
    startWorker: () => {
      const worker = (threads[started.length] ?? threads.at(-1) ?? realThread)();
      started.push(worker);
      isThere.push(once(worker, "message").catch(() => {}));
      const post = worker.postMessage.bind(worker);
      worker.postMessage = (...args: Parameters<typeof post>) => {
        messages.count++;
        post(...args);
      };
      return worker;
    },
    restartPauseMs: 0,
    onDied: (error) => died.push(error),
    ...options,
  });
  running.push(verifier);
  return { verifier, started, isThere, messages, died };
}

/** Starts a thread, and waits until it is there. */
async function ready({ verifier, started, isThere }: ReturnType<typeof start>): Promise<void> {
  const before = started.length;
  // After a death it takes a moment until another one may start.
  await until(() => {
    ask(verifier, sealOf(1));
    return started.length > before;
  });
  await isThere[before];
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(1);
}

function sealOf(seq: number): SealTask {
  const head = { seq, hash: bytesToHex(sha256(Uint8Array.of(seq))) };
  return { key, claim: { ...head, signature: player.sign(sealMessage(head)) } };
}

function wrongSealOf(seq: number): SealTask {
  const { signature } = sealOf(seq + 1).claim;
  return { key, claim: { ...sealOf(seq).claim, signature } };
}

/** Undefined where the verifier leaves it to who asks. */
function ask(
  verifier: SealVerifier,
  task: SealTask,
  withinMs = 25,
): Promise<SealVerdict> | undefined {
  const { promise, resolve } = Promise.withResolvers<SealVerdict>();
  const isTaken = verifier.verify(task, withinMs, resolve);
  return isTaken ? promise : undefined;
}

test("seals are packed and unpacked alike", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const task = fc
    .record({ key: bytes(64), seq: fc.nat(2 ** 32 - 1), hash: bytes(32), signature: bytes(64) })
    .map(({ seq, hash, signature, key: raw }) => ({
      key: bytesToHex(raw),
      claim: { seq, hash: bytesToHex(hash), signature },
    }));
  fc.assert(
    fc.property(fc.array(task, { maxLength: 5 }), (tasks) => {
      const packed = packSeals(tasks);
      expect(packed.buffer.byteLength).toBe(packed.length);
      expect(unpackSeals(packed)).toEqual(tasks);
    }),
  );
});

test("until the thread is there, whoever asks has to verify", async () => {
  const one = start();
  expect(ask(one.verifier, sealOf(1))).toBeUndefined();
  expect(ask(one.verifier, sealOf(1))).toBeUndefined();
  expect(one.started).toHaveLength(1);
  await one.isThere[0];
  await expect(ask(one.verifier, sealOf(1))).resolves.toBe("holds");
  expect(one.messages.count).toBe(1);
});

test("many at a time go with few messages, and each gets its own verdict", async () => {
  const one = start();
  await ready(one);
  const tasks = Array.from({ length: 150 }, (_, i) => (i % 3 === 1 ? wrongSealOf(i) : sealOf(i)));
  const verdicts = await Promise.all(tasks.map((task) => ask(one.verifier, task)));
  expect(verdicts).toEqual(tasks.map((_, i) => (i % 3 === 1 ? "invalid" : "holds")));
  expect(one.messages.count).toBe(3);
});

test("seals gather, until a message is full", async () => {
  const one = start();
  await ready(one);
  const later = 100_000;
  const asked = Array.from({ length: 63 }, (_, i) => ask(one.verifier, sealOf(i), later));
  expect(one.messages.count).toBe(0);
  asked.push(ask(one.verifier, wrongSealOf(63), later));
  const verdicts = await Promise.all(asked);
  expect(verdicts.filter((verdict) => verdict === "holds")).toHaveLength(63);
  expect(verdicts.at(-1)).toBe("invalid");
  expect(one.messages.count).toBe(1);
});

test("… or one is due that may not wait so long: the others go with it", async () => {
  const one = start();
  await ready(one);
  const asked = [100_000, 1, 50_000].map((withinMs) => ask(one.verifier, sealOf(1), withinMs));
  await expect(Promise.all(asked)).resolves.toEqual(["holds", "holds", "holds"]);
  expect(one.messages.count).toBe(1);
});

test("what the thread found isn't verified again here, for that very claim", async () => {
  const one = start();
  await ready(one);
  const [right, wrong] = [sealOf(7), wrongSealOf(7)];
  const copies = [right, wrong].map(({ claim, ...rest }) => ({ ...rest, claim: { ...claim } }));
  expect([right, wrong].map(({ claim }) => knownVerdict(claim))).toEqual([undefined, undefined]);
  await Promise.all([right, wrong].map((task) => ask(one.verifier, task)));
  expect([right, wrong].map(({ claim }) => knownVerdict(claim))).toEqual([true, false]);
  // Verified again, it would fail from here on.
  right.claim.signature?.fill(0);
  expect([right, wrong].map(sealHolds)).toEqual([true, false]);
  expect(copies.map(({ claim }) => knownVerdict(claim))).toEqual([undefined, undefined]);
  expect(copies.map(sealHolds)).toEqual([false, false]);
});

test("past the bound, and for what isn't as long as a signature, whoever asks has to verify", async () => {
  const one = start([realThread], { maxWaiting: 2 });
  await ready(one);
  const asked = [1, 2, 3].map((seq) => ask(one.verifier, sealOf(seq)));
  expect(asked[2]).toBeUndefined();
  await expect(Promise.all(asked)).resolves.toEqual(["holds", "holds", undefined]);
  const { claim } = sealOf(1);
  const short = { key, claim: { ...claim, signature: claim.signature?.subarray(1) } };
  expect(ask(one.verifier, short)).toBeUndefined();
});

test("a thread that dies gives back what it has and what waits; another one is started", async () => {
  const one = start([stuckThread, realThread]);
  await ready(one);
  const [worker] = one.started as [Worker];
  const asked = Array.from({ length: 100 }, (_, i) => ask(one.verifier, sealOf(i)));
  // The first message is on its way; the rest waits.
  await until(() => one.messages.count === 1);
  await worker.terminate();
  const verdicts = await Promise.all(asked);
  expect(new Set(verdicts)).toEqual(new Set(["unknown"]));
  expect(one.died).toHaveLength(1);
  await ready(one);
  await expect(ask(one.verifier, sealOf(1))).resolves.toBe("holds");
  expect(one.started).toHaveLength(2);
});

test("where no thread can be had, nothing is taken, and it isn't tried at every seal", async () => {
  const one = start([brokenThread], { restartPauseMs: 60_000 });
  expect(ask(one.verifier, sealOf(1))).toBeUndefined();
  await until(() => one.died.length > 0);
  expect(one.died[0]?.message).toBe("broken on purpose");
  expect(ask(one.verifier, sealOf(1))).toBeUndefined();
  expect(one.started).toHaveLength(1);
});

test("stopping gives back what waits, and nothing is taken any more", async () => {
  const one = start([stuckThread]);
  await ready(one);
  const asked = [1, 2].map((seq) => ask(one.verifier, sealOf(seq)));
  await one.verifier.stop();
  await expect(Promise.all(asked)).resolves.toEqual(["unknown", "unknown"]);
  expect(ask(one.verifier, sealOf(1))).toBeUndefined();
  expect(one.started).toHaveLength(1);
  expect(one.died).toEqual([]);
});
