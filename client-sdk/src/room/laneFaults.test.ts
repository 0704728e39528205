import type { Refusal } from "@weft/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_RESEND_DELAY_MS, RESEND_CHUNK_FRAMES, RESEND_CHUNK_PAUSE_MS } from "../limits.ts";
import { start } from "./testLane.ts";
import { createBothEnds, SEAL_INTERVAL_MS, settleMicrotasks } from "./testLaneEnds.ts";

type Step =
  | { kind: "act"; count: number }
  | { kind: "advance"; ms: number }
  | { kind: "arrive"; count: number }
  | { kind: "beat" | "store" | "drop" | "crash" | "return" | "sealRequest" }
  | { kind: "excess"; count: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant("act"), count: fc.integer({ min: 1, max: 120 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("arrive"), count: fc.integer({ min: 0, max: 50 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("advance"), ms: fc.integer({ min: 1, max: 1500 }) }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "beat" } as const) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      { kind: "drop" } as const,
      { kind: "crash" } as const,
      { kind: "return" } as const,
      { kind: "return" } as const,
      { kind: "store" } as const,
      { kind: "sealRequest" } as const,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("excess"), count: fc.integer({ min: 1, max: 60 }) }),
  },
) as fc.Arbitrary<Step>;

/** @param sent Is told of every action. */
function stepsOf(
  { timers, peer, sender }: ReturnType<typeof createBothEnds>,
  sent: unknown[],
): Record<Step["kind"], (step: never) => void> {
  const hear = (refusals: Refusal[]) => {
    for (const refusal of refusals) expect(sender.onRefusal(refusal)).toBe(true);
  };
  return {
    act: ({ count }: { count: number }) => {
      for (let i = 0; i < count; i++) {
        const input = { n: sent.length };
        sender.push("move", input);
        sent.push(["move", input]);
      }
    },
    advance: ({ ms }: { ms: number }) => timers.advance(ms),
    arrive: ({ count }: { count: number }) => {
      if (peer.isOpen) hear(peer.receive(count));
    },
    beat: () => {
      if (!peer.isOpen) return;
      const { refusal, finality } = peer.beat();
      hear(refusal === undefined ? [] : [refusal]);
      sender.onFinality(finality);
    },
    drop: () => {
      peer.drop();
      sender.pause();
    },
    crash: () => {
      peer.crash();
      sender.pause();
    },
    store: () => peer.store(),
    return: () => {
      if (peer.isOpen) return;
      peer.isOpen = true;
      sender.resume(peer.head, peer.sealed);
    },
    sealRequest: () => sender.seal(),
    excess: ({ count }: { count: number }) => {
      peer.excess = count;
    },
  };
}

test("whatever is lost or refused on the way, by the network or by a crash, every action is applied once, in order, and sealed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const ends = createBothEnds({ maxUnsequencedFrames: 10_000 });
      const { timers, peer, sender, diverged, exchange } = ends;
      peer.storesAtOnce = false;
      const sent: unknown[] = [];
      const run = stepsOf(ends, sent);
      sender.resume(start, 0);
      for (const next of steps) {
        run[next.kind](next as never);
        await settleMicrotasks();
      }
      // From here on nothing goes wrong any more: within a bounded time, all must be there.
      peer.excess = 0;
      peer.storesAtOnce = true;
      run.return(undefined as never);
      const chunks = Math.ceil(sent.length / RESEND_CHUNK_FRAMES);
      const boundMs =
        3 * MAX_RESEND_DELAY_MS + 2 * SEAL_INTERVAL_MS + chunks * RESEND_CHUNK_PAUSE_MS;
      for (let ms = 0; ms <= boundMs; ms += 50) {
        exchange();
        timers.advance(50);
        await settleMicrotasks();
      }
      expect(diverged).toEqual([]);
      expect(peer.actions).toEqual(sent);
      expect(peer.head).toEqual(sender.head);
      expect(peer.sealed).toBe(sent.length);
    }),
    { numRuns: 150 },
  );
});
