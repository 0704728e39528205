import { bytesEqual } from "@weft/protocol";
import { PageDamage } from "./pages/pageFile.ts";
import type { Entry } from "./pages/walkTree.ts";
import { decodePlace, keyBytes } from "./storedValues.ts";

/**
 * Makes a check of every entry of a store: blocks are there for every height from 0 on, and index entries
 * are as they were stored, so that nothing can be missed. What blocks hold is checked when they are read.
 */
export function createEntryCheck(): (table: string, entry: Entry) => void {
  let height = 0;
  return (table, { page, key, value }) => {
    const isSound =
      table === "blocks"
        ? bytesEqual(key, keyBytes(height++))
        : decodePlace(key, value()) !== undefined;
    if (!isSound) throw new PageDamage(page, `has an entry of ${table} that wasn't stored so`);
  };
}
