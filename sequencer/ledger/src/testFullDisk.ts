/**
 * For lmdbStore.test.ts, which runs it under a limit on file size: appends until the disk refuses, and
 * prints the last height it was told is durable and the codes of everything that failed then.
 */
import type { Block } from "@weft/protocol";
import type { LedgerError } from "./errors.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import { FAST, linkedBlocks } from "./testBlocks.ts";

const BLOCKS = 2000;
const PADDING = new Uint8Array(2048);

const [, , dir] = process.argv;
if (dir === undefined) throw new Error("usage: testFullDisk.ts <dir>");
const store = openLmdbStore(dir);
const codes: string[] = [];
store.listen({ durable: () => {}, failed: (error) => codes.push(error.code) });

const blocks = linkedBlocks(new Array(BLOCKS).fill(FAST), PADDING);
let acknowledged = -1;
for (const [index, block] of blocks.entries()) {
  try {
    await store.append(block);
    acknowledged = block.header.height;
  } catch (error) {
    codes.push((error as LedgerError).code);
    try {
      await store.append(blocks[index + 1] as Block);
    } catch (refused) {
      codes.push((refused as LedgerError).code);
    }
    break;
  }
}
await store.close().catch((error: LedgerError) => codes.push(error.code));
process.stdout.write(JSON.stringify({ acknowledged, codes }));
