import type { Block, LedgerHeight } from "@weft/protocol";
import { BlockIndex } from "./blockIndex.ts";
import type { BlockStore, StoreListener } from "./blockStore.ts";
import { encodeStored } from "./encodeStored.ts";
import { LedgerError } from "./errors.ts";
import { Heads } from "./heads.ts";

/**
 * A store for tests and throw-away ledgers: a block counts as durable one microtask after it was
 * appended, so that code which takes durability for granted fails here as well.
 */
export function createMemoryStore(): BlockStore {
  const index = new BlockIndex();
  const heads = new Heads();
  const listeners = new Set<StoreListener>();
  let durableHeight: LedgerHeight | undefined;
  let lastDurable: Promise<void> = Promise.resolve();
  let state: "open" | "closing" | "closed" = "open";

  const readable = <T>(read: () => T): T => {
    if (state === "closed") throw new LedgerError("CLOSED", "the store is closed");
    return read();
  };

  return {
    head: () => heads.head,
    chainHead: (chainId) => heads.chainHead(chainId),
    chainIds: () => heads.chainIds(),
    durableHeight: () => durableHeight,
    byHeight: (height) => readable(() => index.byHeight(height)),
    byNumber: (chainId, number) => readable(() => index.byNumber(chainId, number)),
    byHash: (hash) => readable(() => index.byHash(hash)),

    append(block: Block) {
      if (state !== "open") throw new LedgerError("CLOSED", "the store is closed");
      encodeStored(block); // refuses what the store on disk would refuse
      heads.advance(block);
      index.add(block);
      lastDurable = lastDurable.then(() => {
        durableHeight = block.header.height;
        for (const listener of listeners) listener.durable(block.header.height);
      });
      return lastDurable;
    },

    // Nothing here takes its time.
    hurry() {},

    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    async close() {
      state = "closing";
      await lastDurable;
      state = "closed";
    },
  };
}
