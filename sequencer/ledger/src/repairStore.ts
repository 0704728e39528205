import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";
import { type Block, encodeBlock, type Hash, hexToBytes, ZERO_HASH } from "@weft/protocol";
import { LedgerError } from "./errors.ts";
import { MAX_CUT_BLOCKS } from "./limits.ts";
import { corrupt, dataFileOf, type LmdbFiles, openLmdbFiles } from "./lmdbFiles.ts";
import { PageDamage } from "./pages/pageFile.ts";
import { type SalvagedBlocks, salvageBlocks } from "./salvageBlocks.ts";
import { encodePlace, wrapBlock } from "./storedValues.ts";

/** Blocks of one transaction, while a store is written anew. */
const BLOCKS_PER_COMMIT = 1000;

/** What became of a damaged store. */
export type StoreRepair = {
  /**
   * The blocks that are gone, all of them at the end: from this height on, up to the last that there is
   * any trace of. `undefined` when every block could be read.
   */
  readonly lost: { readonly fromHeight: number; readonly toHeight: number } | undefined;
  /** Whether the newest commit can't be read: there may have been blocks that left no trace. */
  readonly maybeMore: boolean;
  /** What was found. */
  readonly problem: LedgerError;
  /** The damaged file, as it was. */
  readonly keptAs: string;
};

/**
 * Writes a damaged store anew, as far as it can be read: blocks are taken over as long as each is there,
 * is what was stored, and follows the one before. What can't be read at the end is cut. A file that is cut
 * off ends at the first block that went with it; else, with damage before blocks that can be read, and
 * with more to cut than `MAX_CUT_BLOCKS`, everything is left as it is.
 * @throws LedgerError STORE_CORRUPT, with the height that can't be read and what can be done
 */
export function repairStore(dir: string, problem: LedgerError): StoreRepair {
  const file = dataFileOf(dir);
  const salvaged = salvage(dir, problem);
  const rebuiltDir = join(dir, "rebuilt");
  try {
    const { whole, claimed, maybeMore, readableAfter, isCutOff } = salvaged;
    const lostBlocks = claimed - whole;
    const isTail = readableAfter === undefined || isCutOff;
    if (whole === 0 || !isTail || lostBlocks > MAX_CUT_BLOCKS) {
      throw beyondRepair(dir, problem, salvaged);
    }
    rebuild(rebuiltDir, salvaged);
    const keptAs = keepDamaged(file);
    replaceDataFile(dir, dataFileOf(rebuiltDir));
    const lost = lostBlocks > 0 ? { fromHeight: whole, toHeight: claimed - 1 } : undefined;
    return { lost, maybeMore, problem, keptAs };
  } finally {
    salvaged.close();
    rmSync(rebuiltDir, { recursive: true, force: true });
  }
}

function salvage(dir: string, problem: LedgerError): SalvagedBlocks {
  try {
    return salvageBlocks(dataFileOf(dir));
  } catch (error) {
    if (!(error instanceof PageDamage)) throw error;
    throw beyondRepair(dir, problem, { whole: 0, claimed: 0, readableAfter: undefined });
  }
}

type Found = Pick<SalvagedBlocks, "whole" | "claimed" | "readableAfter">;

function beyondRepair(
  dir: string,
  problem: LedgerError,
  { whole, claimed, readableAfter }: Found,
): LedgerError {
  const tooMany = claimed - whole > MAX_CUT_BLOCKS || readableAfter === undefined;
  const found =
    whole >= claimed
      ? "nor at any other"
      : tooMany
        ? `${claimed - whole} blocks before its end, too many to cut`
        : `but at height ${readableAfter}, so that this is no torn tail`;
  return new LedgerError(
    "STORE_CORRUPT",
    `the block store in ${dir} can't be read at height ${whole}, ${found}. Nothing was changed. ` +
      "Put back a copy of the folder, or get the ledger again from a node that follows this one",
    { details: { ...problem.details, dir, height: whole, claimed, readableAfter }, cause: problem },
  );
}

/** A store of its own, beside the damaged one, with the blocks that could be read. */
function rebuild(dir: string, salvaged: SalvagedBlocks): void {
  rmSync(dir, { recursive: true, force: true });
  const files = openLmdbFiles(dir);
  try {
    let parentHash: Hash = ZERO_HASH;
    for (let from = 0; from < salvaged.whole; from += BLOCKS_PER_COMMIT) {
      const to = Math.min(from + BLOCKS_PER_COMMIT, salvaged.whole);
      files.root.transactionSync(() => {
        for (let height = from; height < to; height++) {
          const block = salvaged.read(height);
          if (block.header.parentHash !== parentHash) {
            throw corrupt(height, "doesn't follow the block before it");
          }
          put(files, block);
          parentHash = block.hash;
        }
      });
    }
  } finally {
    void files.root.close();
  }
}

function put(files: LmdbFiles, block: Block): void {
  const { height, chainId, number } = block.header;
  const hashKey = hexToBytes(block.hash);
  const numberKey: [number, number] = [chainId, number];
  files.blocks.putSync(height, wrapBlock(encodeBlock(block)));
  files.hashes.putSync(hashKey, encodePlace(hashKey, height));
  files.numbers.putSync(numberKey, encodePlace(numberKey, height));
}

/** Gives the damaged file a second name. */
function keepDamaged(file: string): string {
  let count = 1;
  while (existsSync(`${file}.damaged-${count}`)) count++;
  const keptAs = `${file}.damaged-${count}`;
  try {
    linkSync(file, keptAs);
  } catch {
    copyFileSync(file, keptAs); // a file system without links
  }
  return keptAs;
}

/** In one step: at every moment there is a data file, the damaged one or the new one. */
function replaceDataFile(dir: string, rebuilt: string): void {
  const file = dataFileOf(dir);
  const temporary = `${file}.tmp`;
  // A copy, since LMDB may hold the rebuilt one open for some time yet.
  copyFileSync(rebuilt, temporary);
  const fd = openSync(temporary, "r+");
  fsyncSync(fd);
  closeSync(fd);
  renameSync(temporary, file);
  // LMDB makes another. The one there may still be open: closing it would end the locks of a new owner.
  rmSync(join(dir, "lock.mdb"), { force: true });
}
