import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LedgerError } from "./errors.ts";

/** Empty, and stays when its owner is gone: only the lock on it counts. */
const LOCK_FILE = "in-use.lock";
/** SQLite's: another connection holds the lock. */
const SQLITE_BUSY = 5;

/** A lock that nobody holds on to would be gone with the next garbage collection. */
const heldLocks = new Set<DatabaseSync>();

/**
 * Makes a folder this process's, until it is given back or the process ends, however it ends: LMDB lets several
 * processes write, and two that each order a ledger would take each other's heights. The lock is the
 * system's own, on a file, which Node has no call for; its SQLite takes one on whichever system.
 * @returns gives the folder back
 * @throws LedgerError STORE_IN_USE; STORE_OPEN_FAILED when it can't be written
 */
export function lockFolder(dir: string): () => void {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.W_OK);
    lock = new DatabaseSync(join(dir, LOCK_FILE));
    // Nothing is written; without this a journal would lie beside it all the same.
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    lock?.close();
    throw lockFailure(dir, cause as Error & { errcode?: number });
  }
  const held = lock;
  heldLocks.add(held);
  return () => {
    if (heldLocks.delete(held)) held.close();
  };
}

function lockFailure(dir: string, cause: Error & { errcode?: number }): LedgerError {
  const details = { dir };
  if (cause.errcode === SQLITE_BUSY) {
    const message = `the block store in ${dir} is in use: stop the node or follower that runs on it`;
    return new LedgerError("STORE_IN_USE", message, { details, cause });
  }
  const message = `can't open a block store in ${dir}: ${cause.message}`;
  return new LedgerError("STORE_OPEN_FAILED", message, { details, cause });
}
