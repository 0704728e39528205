import fc from "fast-check";
import { expect, test } from "vitest";
import { Pacer } from "./pacer.ts";

type Dealt = { client: number; dueMs: number };

function take(pacer: Pacer, nowMs: number): Dealt[] {
  const dealt: Dealt[] = [];
  pacer.take(nowMs, (client, dueMs) => void dealt.push({ client, dueMs }));
  return dealt;
}

test("nothing is due without clients", () => {
  expect(take(new Pacer(10), 1_000)).toEqual([]);
});

test("actions are spread evenly over clients and time", () => {
  const pacer = new Pacer(10);
  pacer.setClients(4, 1_000);
  const dealt = take(pacer, 1_200);
  expect(dealt.map(({ dueMs }) => dueMs)).toEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((nth) => 1_000 + nth * 25),
  );
  expect(dealt.map(({ client }) => client)).toEqual([1, 2, 3, 0, 1, 2, 3, 0]);
});

test("what is taken late was due when it was due: a server that stalls gets no less", () => {
  const [steady, stalled] = [new Pacer(20), new Pacer(20)];
  for (const pacer of [steady, stalled]) pacer.setClients(3, 0);
  const inTime = Array.from({ length: 5_000 }, (_, ms) => take(steady, ms)).flat();
  expect(take(stalled, 4_999)).toEqual(inTime);
});

test("however clients come, as many actions are due as their rates say, in order of time", () => {
  const steps = fc.array(
    fc.record({ ms: fc.integer({ min: 0, max: 300 }), more: fc.integer({ min: 0, max: 5 }) }),
    { minLength: 1, maxLength: 20 },
  );
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 50 }), (grown, rate) => {
      const pacer = new Pacer(rate);
      let [nowMs, clients, wanted] = [0, 0, 0];
      const dealt: Dealt[] = [];
      for (const { ms, more } of grown) {
        nowMs += ms;
        wanted += (ms * clients * rate) / 1000;
        dealt.push(...take(pacer, nowMs));
        clients += more;
        pacer.setClients(clients, nowMs);
      }
      expect(Math.abs(dealt.length - wanted)).toBeLessThan(1.001);
      const wrong = dealt.filter(({ dueMs, client }, nth) => {
        const isInOrder = dueMs >= (dealt[nth - 1]?.dueMs ?? 0) - 1e-6 && dueMs <= nowMs + 1e-6;
        return !isInOrder || client >= clients;
      });
      expect(wrong).toEqual([]);
    }),
  );
});
