import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LedgerHeight } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FollowOptions } from "./followBlocks.ts";
import { Ledger } from "./ledger.ts";
import { REPLAY_BLOCKS_PER_TURN } from "./limits.ts";
import { openLmdbFiles } from "./lmdbFiles.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import { createMemoryStore } from "./memoryStore.ts";
import { draftOf, FAST, ZK } from "./testBlocks.ts";

const options = { chainIds: [FAST, ZK], proposer: `0x${"11".repeat(20)}` } as const;

function newLedger(blocks = 0): Ledger {
  const ledger = new Ledger({ store: createMemoryStore(), ...options });
  for (let i = 0; i < blocks; i++) ledger.propose(draftOf(i % 3 === 0 ? ZK : FAST));
  return ledger;
}

/** Takes `count` heights from a follower. */
async function take(ledger: Ledger, follow: FollowOptions, count: number): Promise<number[]> {
  const heights: number[] = [];
  for await (const { header } of ledger.follow(follow)) {
    heights.push(header.height);
    if (heights.length === count) break;
  }
  return heights;
}

const from = (height: number) => ({ fromHeight: height as LedgerHeight });
const range = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

describe("Ledger.follow", () => {
  it("replays the past, then follows, each block once, at any pace", async () => {
    const step = fc.constantFrom("propose", "take", "turn");
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 20 }),
        fc.nat({ max: 25 }),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        async (past, start, durableOnly, steps) => {
          const ledger = newLedger(past);
          const seen: number[] = [];
          const follower = ledger.follow({ ...from(start), durableOnly });
          const taken: Promise<void>[] = [];
          for (const one of steps) {
            if (one === "propose") ledger.propose(draftOf(FAST));
            else if (one === "turn") await new Promise((resolve) => setImmediate(resolve));
            else
              taken.push(
                follower.next().then(({ value }) => {
                  if (value) seen.push(value.header.height);
                }),
              );
          }
          const available = Math.max(0, (ledger.head?.header.height ?? -1) + 1 - start);
          await Promise.all(taken.slice(0, available));
          await ledger.close();
          await Promise.all(taken);
          expect(seen).toEqual(range(start, Math.min(available, taken.length)));
        },
      ),
    );
  });

  it("gives a slow consumer everything", async () => {
    const ledger = newLedger(1);
    const heights: number[] = [];
    for await (const { header } of ledger.follow(from(0))) {
      heights.push(header.height);
      if (heights.length === 100) break;
      if (header.height < 50) for (let i = 0; i < 2; i++) ledger.propose(draftOf(FAST));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(heights).toEqual(range(0, 100));
  });

  it("lets others run during a long replay", async () => {
    const ledger = newLedger(REPLAY_BLOCKS_PER_TURN * 4);
    let turns = 0;
    const count = () => {
      turns++;
      timer = setImmediate(count);
    };
    let timer = setImmediate(count);
    await take(ledger, from(0), REPLAY_BLOCKS_PER_TURN * 4);
    clearImmediate(timer);
    expect(turns).toBeGreaterThanOrEqual(3);
  });

  it("ends without an error when aborted or closed, also while it waits", async () => {
    const ledger = newLedger(3);
    const aborted = AbortSignal.abort();
    expect(await take(ledger, { ...from(0), signal: aborted }, 9)).toEqual([]);
    const controller = new AbortController();
    const waiting = take(ledger, { ...from(1), signal: controller.signal }, 9);
    const other = take(ledger, from(2), 9);
    await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await waiting).toEqual([1, 2]);
    await ledger.close();
    expect(await other).toEqual([2]);
  });

  it("gives durable blocks only, and throws when none will come: STORE_FAILED", async () => {
    const dir = mkdtempSync(join(tmpdir(), "weft-ledger-"));
    const ledger = new Ledger({ store: openLmdbStore(dir), ...options });
    await ledger.propose(draftOf(ZK)).durable;
    // What another process would do: take the next height.
    const files = openLmdbFiles(dir);
    await files.blocks.put(1, Uint8Array.of(1));
    const failed: string[] = [];
    ledger.subscribe({ failed: (error) => failed.push(error.code) });
    const { block } = ledger.propose(draftOf(FAST));
    await expect(ledger.whenDurable(block.header.height)).rejects.toMatchObject({
      code: "STORE_FAILED",
    });
    const heights: number[] = [];
    const following = (async () => {
      for await (const { header } of ledger.follow({ ...from(0), durableOnly: true })) {
        heights.push(header.height);
      }
    })();
    await expect(following).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(heights).toEqual([0]);
    expect(failed).toEqual(["STORE_FAILED"]);
    expect(ledger.failure?.code).toBe("STORE_FAILED");
    const late: string[] = [];
    ledger.subscribe({ failed: (error) => late.push(error.code) });
    await expect(ledger.close()).rejects.toMatchObject({ code: "STORE_FAILED" });
    expect(late).toEqual(["STORE_FAILED"]);
    await files.root.close();
    rmSync(dir, { recursive: true });
  });
});
