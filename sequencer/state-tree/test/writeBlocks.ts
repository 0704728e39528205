// A process that commits blocks until something stops it, for lmdbCrash.test.ts. A line of JSON after each.
import { openLmdbStore, StateTree, StateTreeError } from "../src/index.ts";
import { writeBlock } from "./writeBlock.ts";

const MAX_BLOCKS = 10_000;
const [dir] = process.argv.slice(2);
if (dir === undefined) throw new Error("no directory");

const tree = new StateTree(openLmdbStore(dir));
const codes: string[] = [];
while (tree.number < MAX_BLOCKS && codes.length < 2) {
  try {
    writeBlock(tree);
    process.stdout.write(`${JSON.stringify({ number: tree.number })}\n`);
  } catch (error) {
    if (!(error instanceof StateTreeError)) throw error;
    codes.push(error.code);
    process.stdout.write(`${JSON.stringify({ code: error.code })}\n`);
  }
}
