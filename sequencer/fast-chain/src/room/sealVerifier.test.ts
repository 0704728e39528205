import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { bytesToHex, sealMessage, sha256 } from "@weft/protocol";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { fullChecks } from "../checks.ts";
import { act, createPlayer, createTestChain, createTestRoom, joinRoom } from "../testChain.ts";
import { packSeals, type SealTask, unpackSeals } from "./sealBatch.ts";
import { type SealVerdict, SealVerifier, type SealVerifierOptions } from "./sealVerifier.ts";

const player = createPlayer(1);
const key = player.grant.sessionKey;
const invalid = expect.objectContaining({ code: "SEAL_SIGNATURE_INVALID" });

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
  return { key, head, signature: player.sign(sealMessage(head)) };
}

function wrongSealOf(seq: number): SealTask {
  return { ...sealOf(seq), signature: sealOf(seq + 1).signature };
}

/** Undefined where the verifier leaves it to who asks. */
function ask(verifier: SealVerifier, task: SealTask): Promise<SealVerdict> | undefined {
  const { promise, resolve } = Promise.withResolvers<SealVerdict>();
  const isTaken = verifier.verify(task.key, task.head, task.signature, resolve);
  return isTaken ? promise : undefined;
}

test("seals are packed and unpacked alike", () => {
  const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
  const task = fc
    .record({ key: bytes(64), seq: fc.nat(2 ** 32 - 1), hash: bytes(32), signature: bytes(64) })
    .map(({ seq, hash, signature, key: raw }) => ({
      key: bytesToHex(raw),
      head: { seq, hash: bytesToHex(hash) },
      signature,
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

test("seals gather, until something waits for one of them", async () => {
  const one = start([realThread], { gatherMs: 100_000 });
  one.verifier.hurry();
  await ready(one);
  const asked = [ask(one.verifier, sealOf(1)), ask(one.verifier, wrongSealOf(2))];
  expect(one.messages.count).toBe(0);
  one.verifier.hurry();
  expect(await Promise.all(asked)).toEqual(["holds", "invalid"]);
  one.verifier.hurry();
  expect(one.messages.count).toBe(1);
});

test("a seal that held isn't verified again by the chain's host, for that key and head", async () => {
  const one = start();
  await ready(one);
  const { head, signature } = sealOf(7);
  const copy = Uint8Array.from(signature);
  await ask(one.verifier, { key, head, signature });
  // Verified again, it would fail from here on.
  signature.fill(0);
  const { seal } = one.verifier;
  seal(key, { ...head }, signature);
  expect(() => seal(key, { ...head, seq: 8 }, signature)).toThrow(invalid);
  expect(() => seal(key, { ...head, hash: `0x${"11".repeat(32)}` }, signature)).toThrow(invalid);
  expect(() => seal(createPlayer(2).grant.sessionKey, head, signature)).toThrow(invalid);
  expect(() => seal(key, head, Uint8Array.from(signature))).toThrow(invalid);
  seal(key, head, copy);
});

test("the chain takes what held, and verifies what wasn't asked or didn't hold", async () => {
  const one = start();
  await ready(one);
  const checks = { ...fullChecks, seal: one.verifier.seal };
  const chain = createTestChain(undefined, { checks });
  const journal = createTestRoom(chain);
  const lane = await joinRoom(chain, journal, player);
  const sealNow = () => {
    act(journal, lane, null);
    const { head } = journal.record.lanes[lane] ?? sealOf(0);
    return { key, head, signature: player.sign(sealMessage(head)) };
  };
  const append = ({ head, signature }: SealTask) =>
    journal.append({ type: "seal", lane, seq: head.seq, signature });

  const asked = sealNow();
  await ask(one.verifier, asked);
  append(asked);
  append(sealNow());
  const wrong = { ...sealNow(), signature: asked.signature };
  await expect(ask(one.verifier, wrong)).resolves.toBe("invalid");
  expect(() => append(wrong)).toThrow(invalid);
  expect(journal.record.lanes[lane]?.sealed.seq).toBe(2);
});

test("past the bound, and for what isn't as long as a signature, whoever asks has to verify", async () => {
  const one = start([realThread], { maxWaiting: 2 });
  await ready(one);
  const asked = [1, 2, 3].map((seq) => ask(one.verifier, sealOf(seq)));
  expect(asked[2]).toBeUndefined();
  await expect(Promise.all(asked)).resolves.toEqual(["holds", "holds", undefined]);
  const { head, signature } = sealOf(1);
  const short = { key, head, signature: signature.subarray(1) };
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
