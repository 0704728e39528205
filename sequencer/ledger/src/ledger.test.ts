import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Block,
  type ChainId,
  chainId,
  type LedgerHeight,
  timestampMs,
  ZERO_HASH,
} from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { codeOf } from "./blockStoreSuite.ts";
import { Ledger } from "./ledger.ts";
import { MAX_DURABLE_WAITERS, MAX_LISTENERS } from "./limits.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import { createMemoryStore } from "./memoryStore.ts";
import { draftOf, FAST, linkedBlocks, sealed, ZK } from "./testBlocks.ts";

const PROPOSER = `0x${"11".repeat(20)}` as const;

function newLedger(onListenerError?: (error: unknown) => void): Ledger {
  return new Ledger({
    store: createMemoryStore(),
    chainIds: [FAST, ZK],
    proposer: PROPOSER,
    ...(onListenerError && { onListenerError }),
  });
}

const interleaving = fc.array(
  fc.record({
    chain: fc.constantFrom<ChainId>(FAST, ZK),
    transactions: fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 4 }),
    timestampMs: fc.nat().map(timestampMs),
    stateRoot: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHash),
  }),
  { maxLength: 40 },
);

function toHash(bytes: Uint8Array): `0x${string}` {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** Appends drafts to a ledger. */
function proposeAll(ledger: Ledger, drafts: readonly Draft[]): Block[] {
  return drafts.map(({ chain, ...rest }) => ledger.propose({ chainId: chain, ...rest }).block);
}
type Draft = {
  chain: ChainId;
  transactions: Uint8Array[];
  timestampMs: ReturnType<typeof timestampMs>;
  stateRoot: `0x${string}`;
};

describe("Ledger.propose", () => {
  it("keeps both kinds of links over any interleaving of two chains", () => {
    fc.assert(
      fc.property(interleaving, (drafts) => {
        const ledger = newLedger();
        const blocks = proposeAll(ledger, drafts);
        expect([...ledger.blocks({ fromHeight: 0 as LedgerHeight })]).toEqual(blocks);
        const chains = new Map<ChainId, Block>();
        blocks.forEach((block, height) => {
          const { header } = block;
          const parent = blocks[height - 1];
          const chainParent = chains.get(header.chainId);
          expect(header.height).toBe(height);
          expect(header.parentHash).toBe(parent?.hash ?? ZERO_HASH);
          expect(header.chainParentHash).toBe(chainParent?.hash ?? ZERO_HASH);
          expect(header.number).toBe((chainParent?.header.number ?? -1) + 1);
          expect(header.timestampMs).toBeGreaterThanOrEqual(parent?.header.timestampMs ?? 0);
          expect(header.proposer).toBe(PROPOSER);
          expect(ledger.blockByHash(block.hash)).toBe(block);
          expect(ledger.blockByNumber(header.chainId, header.number)).toBe(block);
          chains.set(header.chainId, block);
        });
        expect(ledger.chainHead(FAST)).toBe(chains.get(FAST));
        expect(ledger.head).toBe(blocks.at(-1));
      }),
    );
  });

  it("makes blocks that another ledger takes over", () => {
    fc.assert(
      fc.property(interleaving, (drafts) => {
        const blocks = proposeAll(newLedger(), drafts);
        const other = newLedger();
        for (const block of blocks) void other.append(block);
        expect([...other.blocks({ fromHeight: 0 as LedgerHeight })]).toEqual(blocks);
      }),
      { numRuns: 50 },
    );
  });

  it("has the same blocks after it was opened again from disk", async () => {
    const dir = mkdtempSync(join(tmpdir(), "weft-ledger-"));
    const open = (name: string) =>
      new Ledger({
        store: openLmdbStore(join(dir, name)),
        chainIds: [FAST, ZK],
        proposer: PROPOSER,
      });
    let run = 0;
    try {
      await fc.assert(
        fc.asyncProperty(interleaving, interleaving, async (before, after) => {
          const name = `${run++}`;
          const first = open(name);
          const blocks = proposeAll(first, before);
          await first.close();
          const second = open(name);
          blocks.push(...proposeAll(second, after));
          expect([...second.blocks({ fromHeight: 0 as LedgerHeight })]).toEqual(blocks);
          await second.close();
          const third = open(name);
          expect([...third.blocks({ fromHeight: 0 as LedgerHeight })]).toEqual(blocks);
          await third.close();
        }),
        { numRuns: 20 },
      );
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it("keeps no hold of the caller's list of transactions", () => {
    const ledger = newLedger();
    const transactions = [Uint8Array.of(1)];
    const { block } = ledger.propose({ ...draftOf(FAST), transactions });
    transactions.push(Uint8Array.of(2));
    expect(block.transactions).toHaveLength(1);
  });

  it("refuses a chain that isn't its own: CHAIN_UNKNOWN", () => {
    const ledger = newLedger();
    expect(codeOf(() => ledger.propose(draftOf(chainId(1))))).toBe("CHAIN_UNKNOWN");
    expect(ledger.head).toBeUndefined();
    const store = createMemoryStore();
    void store.append(linkedBlocks([ZK])[0] as Block);
    const options = { store, chainIds: [FAST], proposer: PROPOSER };
    expect(codeOf(() => new Ledger(options))).toBe("CHAIN_UNKNOWN");
  });
});

describe("Ledger.append", () => {
  const blocks = linkedBlocks([ZK, FAST, FAST, ZK, FAST]);
  const next = blocks[4] as Block;
  const other = `0x${"ab".repeat(32)}` as const;

  it.each<[string, Block]>([
    ["HEIGHT_GAP", sealed({ ...next.header, height: 5 as never }, next.transactions)],
    ["HEIGHT_GAP", sealed({ ...next.header, height: 3 as never }, next.transactions)],
    ["PARENT_MISMATCH", sealed({ ...next.header, parentHash: other }, next.transactions)],
    ["CHAIN_UNKNOWN", sealed({ ...next.header, chainId: chainId(9) }, next.transactions)],
    ["NUMBER_GAP", sealed({ ...next.header, number: 3 as never }, next.transactions)],
    ["NUMBER_GAP", sealed({ ...next.header, chainId: ZK, number: 3 as never }, next.transactions)],
    ["CHAIN_PARENT_MISMATCH", sealed({ ...next.header, chainId: ZK }, next.transactions)],
    [
      "CHAIN_PARENT_MISMATCH",
      sealed({ ...next.header, chainParentHash: next.header.parentHash }, next.transactions),
    ],
    ["TIMESTAMP_FELL", sealed({ ...next.header, timestampMs: timestampMs(5) }, next.transactions)],
    ["TRANSACTIONS_ROOT_MISMATCH", { ...next, transactions: [] }],
    ["TRANSACTIONS_ROOT_MISMATCH", sealed({ ...next.header, transactionsRoot: other }, [])],
    ["HASH_MISMATCH", { ...next, hash: other }],
    ["HASH_MISMATCH", { ...next, header: { ...next.header, stateRoot: other } }],
    ["HASH_MISMATCH", { ...next, header: { ...next.header, proposer: PROPOSER } }],
    ["HASH_MISMATCH", { ...next, header: { ...next.header, parentHash: other } }],
    ["FIELD_INVALID", { ...next, header: { ...next.header, stateRoot: "0x12" } }],
    ["FIELD_INVALID", { ...next, header: { ...next.header, height: Number.NaN as never } }],
  ])("refuses a changed block: %s", (code, tampered) => {
    const ledger = newLedger();
    for (const block of blocks.slice(0, 4)) void ledger.append(block);
    expect(codeOf(() => ledger.append(tampered))).toBe(code);
    expect(ledger.head).toEqual(blocks[3]);
    void ledger.append(next);
    expect(ledger.head).toEqual(next);
  });

  it("refuses any block that isn't the next one, wherever it is from", () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), fc.nat({ max: 4 }), (have, offered) => {
        fc.pre(have !== offered);
        const ledger = newLedger();
        for (const block of blocks.slice(0, have)) void ledger.append(block);
        expect(codeOf(() => ledger.append(blocks[offered] as Block))).toBe("HEIGHT_GAP");
      }),
    );
  });

  it("tells what was expected", () => {
    try {
      void newLedger().append(next);
    } catch (error) {
      expect(error).toMatchObject({ code: "HEIGHT_GAP", details: { expected: 0, got: 4 } });
    }
    expect.assertions(1);
  });
});

describe("Ledger.subscribe", () => {
  it("tells of blocks in height order, each before it is durable", async () => {
    const ledger = newLedger();
    ledger.propose(draftOf(ZK));
    const news: string[] = [];
    ledger.subscribe({
      appended: (block) => news.push(`appended ${block.header.height}`),
      durable: (height) => news.push(`durable ${height}`),
    });
    ledger.propose(draftOf(FAST));
    expect(news).toEqual([]); // never inside propose
    await ledger.propose(draftOf(ZK)).durable;
    await ledger.close();
    expect(news.filter((one) => one.startsWith("appended"))).toEqual(["appended 1", "appended 2"]);
    expect(news.at(-1)).toBe("durable 2");
    expect(news.indexOf("appended 2")).toBeLessThan(news.indexOf("durable 2"));
  });

  it("lets a listener propose, and still tells all in order", async () => {
    const ledger = newLedger();
    const heights: number[] = [];
    ledger.subscribe({
      appended: ({ header }) => {
        if (header.height < 20) ledger.propose(draftOf(header.height % 2 === 0 ? FAST : ZK));
      },
    });
    ledger.subscribe({ appended: ({ header }) => heights.push(header.height) });
    ledger.propose(draftOf(ZK));
    await expect.poll(() => heights.length).toBe(21);
    expect(heights).toEqual(Array.from({ length: 21 }, (_, index) => index));
  });

  it("keeps one listener's error from everyone else", async () => {
    const errors: unknown[] = [];
    const ledger = newLedger((error) => errors.push(error));
    const heights: number[] = [];
    const problem = new Error("a listener's bug");
    ledger.subscribe({
      appended: () => {
        throw problem;
      },
    });
    ledger.subscribe({ appended: ({ header }) => heights.push(header.height) });
    ledger.propose(draftOf(ZK));
    await ledger.propose(draftOf(FAST)).durable;
    expect(heights).toEqual([0, 1]);
    expect(errors).toEqual([problem, problem]);
  });

  it("tells nothing more once it is ended, even from within a listener", async () => {
    const ledger = newLedger();
    const heights: number[] = [];
    const stop = ledger.subscribe({
      appended: ({ header }) => {
        heights.push(header.height);
        stop();
      },
    });
    ledger.propose(draftOf(ZK));
    await ledger.propose(draftOf(FAST)).durable;
    await ledger.close();
    expect(heights).toEqual([0]);
  });

  it("has a limit: LISTENERS_EXCEEDED", () => {
    const ledger = newLedger();
    for (let i = 0; i < MAX_LISTENERS; i++) ledger.subscribe({});
    expect(codeOf(() => ledger.subscribe({}))).toBe("LISTENERS_EXCEEDED");
  });
});

describe("Ledger.whenDurable", () => {
  it("hurries the block that is waited for, be it there or yet to come", async () => {
    const store = createMemoryStore();
    const hurry = vi.spyOn(store, "hurry");
    const append = vi.spyOn(store, "append");
    const ledger = new Ledger({ store, chainIds: [FAST], proposer: PROPOSER });
    const propose = () => ledger.propose({ ...draftOf(FAST), canWait: true });
    const { block, durable } = propose();
    expect(append).toHaveBeenLastCalledWith(block, { canWait: true });
    expect(hurry).not.toHaveBeenCalled();
    const waiting = ledger.whenDurable(1 as LedgerHeight);
    expect(hurry).toHaveBeenCalled();
    await durable;
    expect(append).toHaveBeenLastCalledWith(propose().block, { canWait: false });
    await waiting;
    expect(append).toHaveBeenLastCalledWith(propose().block, { canWait: true });
  });

  it("resolves once the height is on disk, also one that is yet to come", async () => {
    const ledger = newLedger();
    const settled: number[] = [];
    for (const height of [2, 0, 1]) {
      void ledger.whenDurable(height as LedgerHeight).then(() => {
        settled.push(height);
        expect(ledger.durableHeight).toBeGreaterThanOrEqual(height);
      });
    }
    await ledger.propose(draftOf(ZK)).durable;
    await ledger.whenDurable(0 as LedgerHeight);
    expect(settled).toEqual([0]);
    await ledger.propose(draftOf(FAST)).durable;
    await ledger.propose(draftOf(FAST)).durable;
    expect(settled).toEqual([0, 1, 2]);
  });

  it("rejects what can't come any more: CLOSED", async () => {
    const ledger = newLedger();
    const { durable } = ledger.propose(draftOf(ZK));
    const waiting = ledger.whenDurable(1 as LedgerHeight);
    await Promise.all([
      expect(waiting).rejects.toMatchObject({ code: "CLOSED" }),
      ledger.close(),
      durable,
    ]);
    await ledger.whenDurable(0 as LedgerHeight);
    await expect(ledger.whenDurable(1 as LedgerHeight)).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("has a limit: LISTENERS_EXCEEDED", async () => {
    const ledger = newLedger();
    for (let i = 0; i < MAX_DURABLE_WAITERS; i++) {
      ledger.whenDurable(0 as LedgerHeight).catch(() => {});
    }
    await expect(ledger.whenDurable(0 as LedgerHeight)).rejects.toMatchObject({
      code: "LISTENERS_EXCEEDED",
    });
    await ledger.close();
  });
});

describe("Ledger.close", () => {
  it("waits for durability, then refuses: CLOSED", async () => {
    const ledger = newLedger();
    let durable = false;
    void ledger.propose(draftOf(ZK)).durable.then(() => {
      durable = true;
    });
    await ledger.close();
    expect(durable).toBe(true);
    expect(codeOf(() => ledger.propose(draftOf(ZK)))).toBe("CLOSED");
    expect(codeOf(() => ledger.append(linkedBlocks([ZK])[0] as Block))).toBe("CLOSED");
    await ledger.close();
  });
});
