import {
  type Block,
  type ChainId,
  type ChainNumber,
  type LedgerHeight,
  transactionsRoot,
  ZERO_HASH,
} from "@weft/protocol";
import { corrupt, type LmdbFiles, readBlock, readByHash, readByNumber } from "./lmdbFiles.ts";

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
  const heads: { first: number; block: Block }[] = [];
  // Each step jumps over one chain's entries, so this reads two keys a chain.
  for (let from = 0; ; ) {
    const [first] = files.numbers.getRange({ start: [from, 0], limit: 1 });
    if (first === undefined) break;
    const [chainId] = first.key;
    const [last] = files.numbers.getRange({
      start: [chainId, Number.MAX_SAFE_INTEGER],
      end: [chainId, 0],
      inclusiveEnd: true,
      reverse: true,
      limit: 1,
    });
    if (last === undefined) throw corrupt(first.value, "begins a chain that has no end");
    const block = present(
      readByNumber(files, chainId as ChainId, last.key[1] as ChainNumber),
      last.value,
    );
    heads.push({ first: first.value, block });
    from = chainId + 1;
  }
  return heads.sort((a, b) => a.first - b.first).map(({ block }) => block);
}

function present(block: Block | undefined, height: number): Block {
  if (block === undefined) throw corrupt(height, "is missing");
  return block;
}
