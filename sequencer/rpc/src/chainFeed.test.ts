import { createMemoryStore, Ledger } from "@weft/ledger";
import { chainId, timestampMs, ZERO_ADDRESS, ZERO_HASH } from "@weft/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ChainFeed } from "./chainFeed.ts";
import { MAX_FEED_LISTENERS } from "./limits.ts";

const OURS = chainId(1);
const OTHER = chainId(2);

function setUp(load: (number: number) => Promise<number> = async (number) => number) {
  const ledger = new Ledger({
    store: createMemoryStore(),
    chainIds: [OURS, OTHER],
    proposer: ZERO_ADDRESS,
  });
  const add = (id = OURS) =>
    ledger.propose({
      chainId: id,
      transactions: [],
      stateRoot: ZERO_HASH,
      timestampMs: timestampMs(1),
    }).block.header.number;
  return { ledger, add, feed: new ChainFeed({ ledger, chainId: OURS, load }) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it("tells each listener of every block from when it came until it left, in order", async () => {
  const step = fc.constantFrom("block", "other", "listen", "leave", "turn");
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { ledger, add, feed } = setUp(async (number) => {
        if (number % 3 === 0) await turn();
        return number;
      });
      add();
      await turn();
      const listeners: { from: number; seen: number[]; stop: () => void; left?: boolean }[] = [];
      for (const one of steps) {
        if (one === "block") add();
        if (one === "other") add(OTHER);
        if (one === "turn") await turn();
        if (one === "leave") {
          const leaving = listeners.find(({ left }) => !left);
          leaving?.stop();
          if (leaving) leaving.left = true;
        }
        if (one === "listen") {
          await turn(); // what came before is on disk, so that the first to be told is the next
          const seen: number[] = [];
          const from = (ledger.chainHead(OURS)?.header.number ?? -1) + 1;
          const listener = { block: (number: number) => void seen.push(number), failed() {} };
          listeners.push({ from, seen, stop: feed.subscribe(listener) });
        }
      }
      const last = ledger.chainHead(OURS)?.header.number ?? -1;
      const complete = (from: number) =>
        Array.from({ length: Math.max(0, last - from + 1) }, (_, index) => from + index);
      for (const { from, seen, left } of listeners) {
        if (left) expect(seen).toEqual(complete(from).slice(0, seen.length));
        else await expect.poll(() => seen).toEqual(complete(from));
      }
      await ledger.close();
    }),
    { numRuns: 50 },
  );
});

it("reads nothing while nobody listens", async () => {
  const loaded: number[] = [];
  const { add, feed } = setUp(async (number) => {
    loaded.push(number);
    return number;
  });
  add();
  await turn();
  const stop = feed.subscribe({ block() {}, failed() {} });
  add();
  await expect.poll(() => loaded).toEqual([1]);
  stop();
  stop();
  add();
  await turn();
  expect(loaded).toEqual([1]);
});

it("tells its listeners when it can't go on, and begins anew for others", async () => {
  let isBroken = true;
  const { add, feed } = setUp(async (number) => {
    if (isBroken) throw new Error("no chain");
    return number;
  });
  const failures: unknown[] = [];
  feed.subscribe({ block() {}, failed: (error) => void failures.push(error) });
  add();
  await expect.poll(() => failures).toEqual([new Error("no chain")]);
  isBroken = false;
  const seen: number[] = [];
  feed.subscribe({ block: (number) => void seen.push(number), failed() {} });
  add();
  await expect.poll(() => seen).toEqual([1]);
});

it("goes on for others when one listener fails", async () => {
  const { add, feed } = setUp();
  const failures: unknown[] = [];
  const seen: number[] = [];
  feed.subscribe({
    block: () => Promise.reject(new Error("no log")),
    failed: (error) => void failures.push(error),
  });
  feed.subscribe({ block: (number) => void seen.push(number), failed() {} });
  add();
  add();
  await expect.poll(() => seen).toEqual([0, 1]);
  expect(failures).toEqual([new Error("no log")]);
});

it("takes a bounded number of listeners: SUBSCRIPTION_LIMIT", () => {
  const { feed } = setUp();
  const listener = { block() {}, failed() {} };
  for (let i = 0; i < MAX_FEED_LISTENERS; i++) feed.subscribe(listener);
  expect(() => feed.subscribe(listener)).toThrow(
    expect.objectContaining({ code: "SUBSCRIPTION_LIMIT" }),
  );
});
