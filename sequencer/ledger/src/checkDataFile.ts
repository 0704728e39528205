import { closeSync, existsSync, openSync, readSync } from "node:fs";
import { LedgerError } from "./errors.ts";

// Layout of LMDB's two meta pages (`MDB_meta` behind a page header of 24 bytes), little-endian.
const MAGIC = 0xbeefc0de;
const MAGIC_OFFSET = 24;
const VERSION = 2;
const VERSION_OFFSET = 28;
const PAGE_SIZE_OFFSET = 48;
const META_BYTES = 52;
const MAX_PAGE_BYTES = 65_536;

/**
 * Looks at a data file before LMDB does: lmdb 3.5.6 takes the process down (SIGSEGV) when it opens a
 * file that isn't a database of its version. A file that isn't there or is empty becomes a new store.
 * @throws LedgerError STORE_CORRUPT
 */
export function checkDataFile(file: string): void {
  if (!existsSync(file)) return;
  const fd = openSync(file, "r");
  try {
    const first = Buffer.alloc(META_BYTES);
    if (readSync(fd, first, 0, META_BYTES, 0) === 0) return;
    const pageBytes = first.readUInt32LE(PAGE_SIZE_OFFSET);
    const second = Buffer.alloc(META_BYTES);
    if (pageBytes <= MAX_PAGE_BYTES) readSync(fd, second, 0, META_BYTES, pageBytes);
    if (isMetaPage(first) && isMetaPage(second)) return;
  } finally {
    closeSync(fd);
  }
  throw new LedgerError("STORE_CORRUPT", `${file} isn't a block store`, { details: { file } });
}

function isMetaPage(page: Buffer): boolean {
  return page.readUInt32LE(MAGIC_OFFSET) === MAGIC && page.readUInt32LE(VERSION_OFFSET) === VERSION;
}
