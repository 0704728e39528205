/**
 * For lmdbStore.test.ts, which runs it under a limit on file size: appends until the disk refuses, and
 * prints the last height it was told is durable, the codes of everything that failed then, and what was said of it. Three
 * blocks share a commit; a rejection that nobody handles ends the process, and so the test.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Block } from "@weft/protocol";
import type { BlockStore } from "./blockStore.ts";
import type { LedgerError } from "./errors.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import { FAST, linkedBlocks } from "./testBlocks.ts";

const BLOCKS = 2000;
const PADDING = new Uint8Array(2048);

const [, , dir] = process.argv;
if (dir === undefined) throw new Error("usage: testFullDisk.ts <dir>");
const codes: string[] = [];
let message = "";
const store = openOrTell(dir);
store.listen({
  durable: () => {},
  failed: (error) => {
    codes.push(error.code);
    message = error.message;
  },
});

const blocks = linkedBlocks(new Array(BLOCKS).fill(FAST), () => PADDING);
let acknowledged = -1;
for (let index = 0; index < blocks.length; index += 3) {
  try {
    const commit = blocks.slice(index, index + 3).map((block) => store.append(block));
    await Promise.all(commit);
    acknowledged = index + commit.length - 1;
  } catch (error) {
    codes.push((error as LedgerError).code);
    try {
      await store.append(blocks[index + 3] as Block);
    } catch (refused) {
      codes.push((refused as LedgerError).code);
    }
    break;
  }
}
// A rejection that nobody handles would come to light now.
await nextTurn();
await store.close().catch((error: LedgerError) => codes.push(error.code));
process.stdout.write(JSON.stringify({ acknowledged, codes, message }));

function openOrTell(dir: string): BlockStore {
  try {
    return openLmdbStore(dir);
  } catch (error) {
    const { code, message } = error as LedgerError;
    process.stdout.write(JSON.stringify({ acknowledged: -1, codes: [code], message }));
    process.exit(0);
  }
}
