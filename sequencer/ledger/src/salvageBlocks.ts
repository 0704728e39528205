import type { Block } from "@weft/protocol";
import { decodeStored } from "./lmdbFiles.ts";
import { checkMain, createWalk, readTables } from "./pages/checkPages.ts";
import { type Meta, PageDamage, PageFile, type Tree } from "./pages/pageFile.ts";
import { type Entry, walkTree } from "./pages/walkTree.ts";
import { heightOfKey } from "./storedValues.ts";

/** What can still be read of a damaged store. */
export type SalvagedBlocks = {
  /** Heights 0 to one less than this can all be read. */
  readonly whole: number;
  /** Blocks that the newest commit says it has, or that can be read. */
  readonly claimed: number;
  /** Whether there may have been a commit after that. */
  readonly maybeMore: boolean;
  /** A height after the first that can't be read, and can be. */
  readonly readableAfter: number | undefined;
  /** The file ends before the pages do that a commit has. */
  readonly isCutOff: boolean;
  /** One below `whole`. */
  read(height: number): Block;
  close(): void;
};

/** Where in the file each block is, by height: `sizeBytes` 0 where none can be read. */
type Places = { readonly offsets: Float64Array; readonly sizesBytes: Float64Array };

/**
 * Looks through the two newest commits of a data file for blocks, past whatever is damaged. The one
 * before the newest is whole on its own: LMDB writes over neither.
 * @throws PageDamage when the file isn't a store's at all
 */
export function salvageBlocks(dataFile: string): SalvagedBlocks {
  const file = new PageFile(dataFile);
  try {
    const metas = ([0, 1] as const).map((slot) => attempt(() => readMeta(file, slot)));
    const sources = metas.flatMap((meta, slot) => {
      const found = meta && findBlocks(file, meta, slot);
      return meta === undefined || found === undefined ? [] : [{ meta, ...found }];
    });
    const claimed = Math.max(0, ...sources.map(({ entries }) => entries));
    const places = {
      offsets: new Float64Array(claimed),
      sizesBytes: new Float64Array(claimed),
    };
    for (const { meta, tree } of sources) collect(file, meta, tree, places);
    const isThere = (sizeBytes: number) => sizeBytes > 0;
    const gap = places.sizesBytes.findIndex((sizeBytes) => !isThere(sizeBytes));
    const whole = gap < 0 ? claimed : gap;
    const after = places.sizesBytes.subarray(whole).findIndex(isThere);
    const newest = Math.max(0, ...sources.map(({ meta }) => meta.transaction));
    return {
      ...{ whole, claimed },
      maybeMore: sources.length < 2 && file.hasPagesAfter(newest),
      readableAfter: after < 0 ? undefined : whole + after,
      isCutOff: sources.some(({ meta }) => (meta.lastPage + 1) * file.pageBytes > file.sizeBytes),
      read: (height) => readAt(file, height, places),
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readMeta(file: PageFile, slot: 0 | 1): Meta {
  const meta = file.meta(slot);
  checkMain(file, meta, slot);
  return meta;
}

/** The tree of the blocks, and how many the tables have. */
function findBlocks(
  file: PageFile,
  meta: Meta,
  slot: number,
): { tree: Tree; entries: number } | undefined {
  const tables = readTables(
    createWalk(file, meta, () => {}),
    meta.main,
    slot,
  );
  const blocks = tables.get("blocks");
  // An entry takes more than a byte: what says otherwise is damaged, and no measure of what is lost.
  const counts = [...tables.values()].map(({ tree }) => tree.entries);
  const entries = Math.max(0, ...counts.filter((count) => count < file.sizeBytes));
  return blocks && { tree: blocks.tree, entries };
}

function collect(file: PageFile, meta: Meta, tree: Tree, places: Places): void {
  const { offsets, sizesBytes } = places;
  const onEntry = ({ page, key, offset, sizeBytes }: Entry): void => {
    const height = heightOfKey(key) ?? offsets.length;
    if (height >= offsets.length) throw new PageDamage(page, "has a key that is no block's");
    if (sizesBytes[height] !== 0) return;
    offsets[height] = offset;
    sizesBytes[height] = sizeBytes;
    if (attempt(() => readAt(file, height, places)) === undefined) sizesBytes[height] = 0;
  };
  walkTree({ ...createWalk(file, meta, () => {}), onEntry }, tree, 0);
}

function readAt(file: PageFile, height: number, { offsets, sizesBytes }: Places): Block {
  const bytes = Buffer.alloc(sizesBytes[height] ?? 0);
  return decodeStored(file.readAt(offsets[height] ?? 0, bytes), height);
}

/** What is damaged counts as not there. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
