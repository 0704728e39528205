import type { ChainNumber, LedgerHeight } from "@weft/protocol";
import { MAX_BLOCK_TRANSACTIONS, MAX_TRANSACTION_BYTES, ZERO_HASH } from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { BlockStore } from "./blockStore.ts";
import type { LedgerError } from "./errors.ts";
import { MAX_BLOCK_BYTES } from "./limits.ts";
import { FAST, linkedBlocks, sealed, ZK } from "./testBlocks.ts";

/** What every `BlockStore` does; run by the test file of each. `open` gives a new, empty store. */
export function blockStoreSuite(name: string, open: () => BlockStore): void {
  describe(name, () => {
    let store: BlockStore;
    beforeEach(() => {
      store = open();
    });
    afterEach(() => store.close());

    it("is empty at first", () => {
      expect(store.head()).toBeUndefined();
      expect(store.durableHeight()).toBeUndefined();
      expect(store.chainIds()).toEqual([]);
      expect(store.chainHead(ZK)).toBeUndefined();
      expect(store.byHeight(0 as LedgerHeight)).toBeUndefined();
      expect(store.byNumber(ZK, 0 as ChainNumber)).toBeUndefined();
      expect(store.byHash(ZERO_HASH)).toBeUndefined();
    });

    it.each(["at once", "when durable"])(
      "finds a block %s by height, number and hash",
      async (when) => {
        const blocks = linkedBlocks([ZK, FAST, FAST, ZK, FAST]);
        const durable = blocks.map((block) => store.append(block));
        if (when === "when durable") await Promise.all(durable);
        for (const block of blocks) {
          const { height, chainId, number } = block.header;
          expect(store.byHeight(height)).toEqual(block);
          expect(store.byNumber(chainId, number)).toEqual(block);
          expect(store.byHash(block.hash)).toEqual(block);
        }
        expect(store.head()).toEqual(blocks[4]);
        expect(store.chainHead(ZK)).toEqual(blocks[3]);
        expect(store.chainHead(FAST)).toEqual(blocks[4]);
        expect(store.chainIds()).toEqual([ZK, FAST]);
        expect(store.byHeight(5 as LedgerHeight)).toBeUndefined();
        expect(store.byNumber(ZK, 2 as ChainNumber)).toBeUndefined();
      },
    );

    it("is not durable when append returns, and durable when its promise resolves", async () => {
      const news: number[] = [];
      store.listen({ durable: (height) => news.push(height), failed: () => {} });
      const blocks = linkedBlocks([ZK, FAST, ZK]);
      const durable = blocks.map((block) => store.append(block));
      expect(store.durableHeight()).toBeUndefined();
      await durable[2];
      expect(store.durableHeight()).toBe(2);
      expect(news.at(-1)).toBe(2);
      expect(news).toEqual([...news].sort());
    });

    it("tells a listener nothing after it has gone", async () => {
      const news: number[] = [];
      const stop = store.listen({ durable: (height) => news.push(height), failed: () => {} });
      stop();
      await Promise.all(linkedBlocks([ZK]).map((block) => store.append(block)));
      expect(news).toEqual([]);
    });

    it("asserts that heights and chain numbers have no gaps", () => {
      const [first, , third] = linkedBlocks([ZK, FAST, FAST]);
      if (first === undefined || third === undefined) throw new Error("three blocks");
      expect(() => store.append(third)).toThrow("heights have no gaps");
      store.append(first);
      const gap = sealed({ ...third.header, height: 1 as LedgerHeight }, third.transactions);
      expect(() => store.append(gap)).toThrow("chain numbers have no gaps");
      expect(store.head()).toEqual(first);
    });

    it("refuses a block that could not be read again: BLOCK_TOO_LARGE", () => {
      const [block] = linkedBlocks([ZK]);
      if (block === undefined) throw new Error("one block");
      const transaction = new Uint8Array(MAX_TRANSACTION_BYTES);
      const count = MAX_BLOCK_BYTES / MAX_TRANSACTION_BYTES;
      const large = sealed(block.header, new Array(count).fill(transaction));
      expect(codeOf(() => store.append(large))).toBe("BLOCK_TOO_LARGE");
      const many = new Array(MAX_BLOCK_TRANSACTIONS + 1).fill(Uint8Array.of(1));
      expect(codeOf(() => store.append(sealed(block.header, many)))).toBe("TOO_LARGE");
      expect(store.head()).toBeUndefined();
    });

    it("keeps the largest block that it takes readable", async () => {
      const [block] = linkedBlocks([ZK]);
      if (block === undefined) throw new Error("one block");
      const full = new Uint8Array(MAX_TRANSACTION_BYTES);
      const rest = new Uint8Array(MAX_TRANSACTION_BYTES - 512);
      const large = sealed(block.header, [full, full, full, rest]);
      await store.append(large);
      expect(store.byHeight(0 as LedgerHeight)?.hash).toBe(large.hash);
    });

    it("waits for durability when it closes, and then refuses everything: CLOSED", async () => {
      const [first, second] = linkedBlocks([ZK, FAST]);
      if (first === undefined || second === undefined) throw new Error("two blocks");
      let durable = false;
      void store.append(first).then(() => {
        durable = true;
      });
      const closing = store.close();
      expect(codeOf(() => store.append(second))).toBe("CLOSED");
      await closing;
      expect(durable).toBe(true);
      expect(codeOf(() => store.byHeight(0 as LedgerHeight))).toBe("CLOSED");
      expect(codeOf(() => store.byHash(first.hash))).toBe("CLOSED");
      await store.close();
    });
  });
}

export function codeOf(call: () => unknown): string | undefined {
  try {
    call();
  } catch (error) {
    return (error as LedgerError).code;
  }
  return undefined;
}
