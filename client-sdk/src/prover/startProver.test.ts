import { expect, test } from "vitest";
import type { Platform, ProverThreadEvents } from "../platform/platform.ts";
import type { ProverRequest } from "./messages.ts";
import { startProver } from "./startProver.ts";

/** A thread that the test speaks for. */
function setUp(signal = new AbortController().signal) {
  const sent: ProverRequest[] = [];
  const progress: number[] = [];
  const timers: (() => void)[] = [];
  let stopped = 0;
  let events: ProverThreadEvents | undefined;
  const startThread: Platform["startProver"] = (given) => {
    events = given;
    return { send: (request) => void sent.push(request), stop: () => void stopped++ };
  };
  const after = (_delayMs: number, run: () => void) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  };
  const settings = { parallel: true, createWorker: undefined, signal };
  const prover = startProver(settings, startThread, { after });
  const task = { wasm: new Uint8Array(1), zkey: new Uint8Array(2), witness: {} as never };
  const prove = () => {
    const proof = prover.prove(task, ({ share }) => progress.push(share));
    proof.catch(() => {});
    return proof;
  };
  const say = () => {
    if (events === undefined) throw new Error("no thread was started");
    return events;
  };
  return { prover, prove, say, sent, progress, timers, stopped: () => stopped };
}

test("the thread gets ready at once, and proves when there is what to prove", async () => {
  const { prover, prove, say, sent, progress, timers, stopped } = setUp();
  expect(sent).toEqual([]);
  say().onMessage({ type: "ready" });
  expect(sent).toEqual([{ type: "prepare", parallel: true }]);
  say().onMessage({ type: "prepared" });
  await prover.prepared;
  const proof = prove();
  await expect.poll(() => sent).toHaveLength(2);
  expect(sent[1]).toMatchObject({ type: "prove", parallel: true, zkey: new Uint8Array(2) });
  say().onMessage({ type: "progress", phase: "proving", share: 0.5 });
  const made = { proof: new Uint8Array(256), nullifier: 7n };
  say().onMessage({ type: "proof", ...made });
  expect(await proof).toEqual(made);
  expect(progress).toEqual([0.5]);
  expect(timers).toEqual([]);
  prover.stop();
  expect(stopped()).toBe(1);
});

test("what comes before the thread is up waits for it", async () => {
  const { prove, say, sent } = setUp();
  const proof = prove();
  expect(sent).toEqual([]);
  say().onMessage({ type: "ready" });
  await expect.poll(() => sent.map(({ type }) => type)).toEqual(["prepare", "prove"]);
  say().onMessage({ type: "proof", proof: new Uint8Array(256), nullifier: 7n });
  await proof;
});

test("PROVER_UNAVAILABLE when it never comes up", async () => {
  const silent = setUp();
  const waiting = silent.prove();
  silent.timers[0]?.();
  await expect(waiting).rejects.toMatchObject({ code: "PROVER_UNAVAILABLE" });
  const broken = setUp();
  broken.say().onFailure(new Error("404"));
  await expect(broken.prove()).rejects.toMatchObject({ code: "PROVER_UNAVAILABLE" });
});

test("PROOF_FAILED when it dies, takes too long, or says no, with the prover's code", async () => {
  const dead = setUp();
  dead.say().onMessage({ type: "ready" });
  dead.say().onFailure(new Error("out of memory"));
  await expect(dead.prove()).rejects.toMatchObject({ code: "PROOF_FAILED" });
  const slow = setUp();
  slow.say().onMessage({ type: "ready" });
  const late = slow.prove();
  await expect.poll(() => slow.sent).toHaveLength(2);
  slow.timers[0]?.();
  await expect(late).rejects.toMatchObject({ code: "PROOF_FAILED" });
  const refused = setUp();
  refused.say().onMessage({ type: "ready" });
  const proof = refused.prove();
  refused.say().onMessage({ type: "error", code: "PROVING_FAILED", message: "damaged" });
  await expect(proof).rejects.toMatchObject({
    code: "PROOF_FAILED",
    details: { code: "PROVING_FAILED" },
  });
});

test("ABORTED at any time, and starts no thread when it came before", async () => {
  const stop = new AbortController();
  const { prove, prover, stopped } = setUp(stop.signal);
  const proof = prove();
  stop.abort();
  await expect(proof).rejects.toMatchObject({ code: "ABORTED" });
  prover.stop();
  expect(stopped()).toBe(1);
  const late = setUp(stop.signal);
  await expect(late.prove()).rejects.toMatchObject({ code: "ABORTED" });
  late.prover.stop();
  expect(late.stopped()).toBe(0);
});
