import { expect, test } from "vitest";
import type { Platform, ProverThreadEvents } from "../platform/platform.ts";
import type { ProverRequest } from "./messages.ts";
import { proveInThread } from "./proveInThread.ts";

/** A thread that the test speaks for. */
function setUp(signal = new AbortController().signal) {
  const sent: ProverRequest[] = [];
  const progress: number[] = [];
  const timers: (() => void)[] = [];
  let stopped = 0;
  let events: ProverThreadEvents | undefined;
  const startProver: Platform["startProver"] = (given) => {
    events = given;
    return { send: (request) => void sent.push(request), stop: () => void stopped++ };
  };
  const after = (_delayMs: number, run: () => void) => {
    timers.push(run);
    return () => void timers.splice(timers.indexOf(run), 1);
  };
  const proof = proveInThread(
    {
      wasm: new Uint8Array(1),
      zkey: new Uint8Array(2),
      witness: {} as ProverRequest["witness"],
      parallel: true,
      createWorker: undefined,
      signal,
      onProgress: ({ share }) => progress.push(share),
    },
    startProver,
    { after },
  );
  proof.catch(() => {});
  const say = () => {
    if (events === undefined) throw new Error("no thread was started");
    return events;
  };
  return { proof, say, sent, progress, timers, stopped: () => stopped };
}

test("the request goes out once the thread is up, and the thread ends with the proof", async () => {
  const { proof, say, sent, progress, timers, stopped } = setUp();
  expect(sent).toEqual([]);
  say().onMessage({ type: "ready" });
  expect(sent).toHaveLength(1);
  say().onMessage({ type: "progress", phase: "proving", share: 0.5 });
  const made = { proof: new Uint8Array(256), nullifier: 7n };
  say().onMessage({ type: "proof", ...made });
  expect(await proof).toEqual(made);
  expect(progress).toEqual([0.5]);
  expect(stopped()).toBe(1);
  expect(timers).toEqual([]);
});

test("PROVER_UNAVAILABLE when it never comes up", async () => {
  const silent = setUp();
  silent.timers[0]?.();
  await expect(silent.proof).rejects.toMatchObject({ code: "PROVER_UNAVAILABLE" });
  expect(silent.stopped()).toBe(1);
  const broken = setUp();
  broken.say().onFailure(new Error("404"));
  await expect(broken.proof).rejects.toMatchObject({ code: "PROVER_UNAVAILABLE" });
});

test("PROOF_FAILED when it dies, takes too long, or says no, with the prover's code", async () => {
  const dead = setUp();
  dead.say().onMessage({ type: "ready" });
  dead.say().onFailure(new Error("out of memory"));
  await expect(dead.proof).rejects.toMatchObject({ code: "PROOF_FAILED" });
  const slow = setUp();
  slow.say().onMessage({ type: "ready" });
  slow.timers[0]?.();
  await expect(slow.proof).rejects.toMatchObject({ code: "PROOF_FAILED" });
  const refused = setUp();
  refused.say().onMessage({ type: "ready" });
  refused.say().onMessage({ type: "error", code: "PROVING_FAILED", message: "damaged" });
  await expect(refused.proof).rejects.toMatchObject({
    code: "PROOF_FAILED",
    details: { code: "PROVING_FAILED" },
  });
});

test("ABORTED stops the thread, and starts none when it came before", async () => {
  const stop = new AbortController();
  const { proof, stopped } = setUp(stop.signal);
  stop.abort();
  await expect(proof).rejects.toMatchObject({ code: "ABORTED" });
  expect(stopped()).toBe(1);
  const late = setUp(stop.signal);
  await expect(late.proof).rejects.toMatchObject({ code: "ABORTED" });
  expect(late.stopped()).toBe(0);
});
