import { statfsSync } from "node:fs";
import type { BlockStore } from "./blockStore.ts";
import { createEntryCheck } from "./checkEntries.ts";
import { checkFiles } from "./checkFiles.ts";
import { commitBlocks } from "./commitBlocks.ts";
import { LedgerError } from "./errors.ts";
import { GroupCommitStore } from "./groupCommitStore.ts";
import { openLmdbFiles, readBlock, readByHash, readByNumber } from "./lmdbFiles.ts";
import { lockFolder } from "./lockFolder.ts";
import { repairStore, type StoreRepair } from "./repairStore.ts";

/** With less than this on it, a disk that refuses is full. */
const FULL_DISK_BYTES = 1024 * 1024;

export type LmdbStoreOptions = {
  /** The store was damaged, and what can't be read at its end, if anything, is gone. Default: `console.error`. */
  readonly onRepaired?: (repair: StoreRepair) => void;
};

/**
 * Opens, or creates, a store in a directory, which belongs to one process at a time. A damaged one is
 * written anew when all that can't be read is at its end (`repairStore`).
 * Commits are made on LMDB's own thread.
 * @throws LedgerError STORE_OPEN_FAILED, STORE_IN_USE; STORE_CORRUPT, with the height in its details
 */
export function openLmdbStore(dir: string, options: LmdbStoreOptions = {}): BlockStore {
  const unlock = lockFolder(dir);
  try {
    return openOrRepair(dir, options, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function openOrRepair(
  dir: string,
  { onRepaired = console.error }: LmdbStoreOptions,
  unlock: () => void,
): BlockStore {
  try {
    return openStore(dir, unlock);
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== "STORE_CORRUPT") throw error;
    const repair = repairStore(dir, error);
    const store = openStore(dir, unlock);
    onRepaired(repair);
    return store;
  }
}

function openStore(dir: string, unlock: () => void): BlockStore {
  const files = openLmdbFiles(dir, { checkEntry: createEntryCheck() });
  try {
    return new GroupCommitStore({
      stored: checkFiles(files),
      byHeight: (height) => readBlock(files, height),
      byNumber: (chainId, number) => readByNumber(files, chainId, number),
      byHash: (hash) => readByHash(files, hash),
      commit: (entries) => commitBlocks(files, entries).catch((cause) => refused(dir, cause)),
      close: () => files.root.close().finally(unlock),
    });
  } catch (error) {
    void files.root.close();
    throw error;
  }
}

/** LMDB says of a full disk, too, that input or output failed. */
function refused(dir: string, cause: unknown): never {
  const { bavail, bsize } = statfsSync(dir);
  if (bavail * bsize >= FULL_DISK_BYTES) throw cause;
  throw new Error(`no room is left in ${dir}`, { cause });
}
