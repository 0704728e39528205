import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { StateTreeError } from "../errors.ts";

// Of LMDB's meta page (`MDB_meta` behind a page header of 24 bytes), little-endian.
const MAGIC = 0xbeefc0de;
const MAGIC_OFFSET = 24;
const VERSION = 2;
const VERSION_OFFSET = 28;
const META_BYTES = 32;

/**
 * Looks at a data file before LMDB does, which takes the process down (SIGSEGV) on a file that isn't a
 * database. A file that isn't there or is empty becomes a new store.
 * @throws StateTreeError STORE_CORRUPT
 */
export function checkDataFile(file: string): void {
  if (!existsSync(file)) return;
  const meta = Buffer.alloc(META_BYTES);
  const descriptor = openSync(file, "r");
  try {
    if (readSync(descriptor, meta, 0, META_BYTES, 0) === 0) return;
  } finally {
    closeSync(descriptor);
  }
  const isDatabase =
    meta.readUInt32LE(MAGIC_OFFSET) === MAGIC && meta.readUInt32LE(VERSION_OFFSET) === VERSION;
  if (!isDatabase) {
    throw new StateTreeError("STORE_CORRUPT", `${file} isn't a database`, { details: { file } });
  }
}
