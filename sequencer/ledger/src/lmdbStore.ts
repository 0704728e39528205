import type { BlockStore } from "./blockStore.ts";
import { createEntryCheck } from "./checkEntries.ts";
import { checkFiles } from "./checkFiles.ts";
import { commitBlocks } from "./commitBlocks.ts";
import { LedgerError } from "./errors.ts";
import { GroupCommitStore } from "./groupCommitStore.ts";
import { openLmdbFiles, readBlock, readByHash, readByNumber } from "./lmdbFiles.ts";
import { repairStore, type StoreRepair } from "./repairStore.ts";

export type LmdbStoreOptions = {
  /** The store was damaged, and what can't be read at its end, if anything, is gone. Default: `console.error`. */
  readonly onRepaired?: (repair: StoreRepair) => void;
};

/**
 * Opens, or creates, a store in a directory, which belongs to one process at a time. A damaged one is
 * written anew when all that can't be read is at its end (`repairStore`).
 * Commits are made on LMDB's own thread.
 * @throws LedgerError STORE_OPEN_FAILED; STORE_CORRUPT, with the height in its details
 */
export function openLmdbStore(dir: string, options: LmdbStoreOptions = {}): BlockStore {
  const { onRepaired = console.error } = options;
  try {
    return openStore(dir);
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== "STORE_CORRUPT") throw error;
    const repair = repairStore(dir, error);
    const store = openStore(dir);
    onRepaired(repair);
    return store;
  }
}

function openStore(dir: string): BlockStore {
  const files = openLmdbFiles(dir, { checkEntry: createEntryCheck() });
  try {
    return new GroupCommitStore({
      stored: checkFiles(files),
      byHeight: (height) => readBlock(files, height),
      byNumber: (chainId, number) => readByNumber(files, chainId, number),
      byHash: (hash) => readByHash(files, hash),
      commit: (entries) => commitBlocks(files, entries),
      close: () => files.root.close(),
    });
  } catch (error) {
    void files.root.close();
    throw error;
  }
}
