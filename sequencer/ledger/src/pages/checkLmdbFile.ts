import { existsSync, statSync } from "node:fs";
import { LedgerError } from "../errors.ts";
import { checkPages, visitEntries } from "./checkPages.ts";
import { PageDamage, PageFile } from "./pageFile.ts";

/**
 * Checks another store's data file of one table before LMDB sees it, as this package does with its own: a
 * damaged page would take the process down. A file that isn't there or is empty becomes a new store. The
 * store must be closed.
 * @param isStored whether an entry is what was stored; its bytes are good until it returns
 * @throws LedgerError STORE_CORRUPT with the page and what is wrong with it; STORE_OPEN_FAILED
 */
export function checkLmdbFile(
  path: string,
  isStored: (key: Uint8Array, value: Uint8Array) => boolean,
): void {
  if (!existsSync(path) || statSync(path).size === 0) return;
  let file: PageFile | undefined;
  try {
    file = new PageFile(path);
    const visit = visitEntries(({ page, key, value }) => {
      if (!isStored(key, value())) throw new PageDamage(page, "has an entry that wasn't stored so");
    });
    checkPages(file, visit);
  } catch (cause) {
    if (!(cause instanceof PageDamage)) {
      throw new LedgerError("STORE_OPEN_FAILED", `can't read ${path}`, {
        details: { path },
        cause,
      });
    }
    const { page, message } = cause;
    throw new LedgerError("STORE_CORRUPT", `${path} is damaged: ${message}`, {
      details: { path, page },
      cause,
    });
  } finally {
    file?.close();
  }
}
