import {
  type Block,
  type ChainNumber,
  type LedgerHeight,
  transactionsRoot,
  ZERO_HASH,
} from "@weft/protocol";
import { corrupt, type LmdbFiles, readBlock, readByHash, readByNumber } from "./lmdbFiles.ts";
import { readStoredChains } from "./storedChains.ts";

export type StoredHeads = { readonly head: Block; readonly chainHeads: readonly Block[] };

/**
 * Checks on opening what can be checked without reading everything: the tables have as many entries
 * as there are heights, and the head, its parents and every chain's head are there and linked.
 * @returns the heads, or undefined for an empty store
 * @throws LedgerError STORE_CORRUPT with the height
 */
export function checkFiles(files: LmdbFiles): StoredHeads | undefined {
  const [lastKey] = files.blocks.getKeys({ reverse: true, limit: 1 });
  const count = lastKey === undefined ? 0 : lastKey + 1;
  for (const table of [files.blocks, files.hashes, files.numbers]) {
    const { entryCount } = table.getStats() as { entryCount: number };
    if (entryCount !== count) throw corrupt(count, `follows ${entryCount} entries of a table`);
  }
  if (lastKey === undefined) return undefined;

  const head = present(readBlock(files, lastKey as LedgerHeight), lastKey);
  checkHead(files, head);
  const chainHeads = readChainHeads(files);
  const blocks = chainHeads.reduce((sum, block) => sum + block.header.number + 1, 0);
  if (blocks !== count) throw corrupt(lastKey, "is the head, but the chains' numbers have gaps");
  return { head, chainHeads };
}

function checkHead(files: LmdbFiles, head: Block): void {
  const { height, chainId, number, parentHash, chainParentHash } = head.header;
  if (transactionsRoot(head.transactions) !== head.header.transactionsRoot) {
    throw corrupt(height, "has other transactions than its header says");
  }
  if (readByHash(files, head.hash) === undefined) throw corrupt(height, "has no hash entry");
  if (readByNumber(files, chainId, number) === undefined) {
    throw corrupt(height, "has no chain number entry");
  }
  const parent = height === 0 ? undefined : readBlock(files, (height - 1) as LedgerHeight);
  if ((parent?.hash ?? ZERO_HASH) !== parentHash) {
    throw corrupt(height, "doesn't follow the block before it");
  }
  const chainParent =
    number === 0 ? undefined : readByNumber(files, chainId, (number - 1) as ChainNumber);
  if ((chainParent?.hash ?? ZERO_HASH) !== chainParentHash) {
    throw corrupt(height, "doesn't follow the block before it on its chain");
  }
}

function readChainHeads(files: LmdbFiles): Block[] {
  return readStoredChains(files).map(({ chainId, lastNumber, lastHeight }) =>
    present(readByNumber(files, chainId, lastNumber as ChainNumber), lastHeight),
  );
}

function present(block: Block | undefined, height: number): Block {
  if (block === undefined) throw corrupt(height, "is missing");
  return block;
}
