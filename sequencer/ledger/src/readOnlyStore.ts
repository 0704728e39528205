import type { Block, LedgerHeight } from "@weft/protocol";
import type { BlockStore } from "./blockStore.ts";
import { LedgerError } from "./errors.ts";
import {
  corrupt,
  type LmdbFiles,
  openLmdbFiles,
  readBlock,
  readByHash,
  readByNumber,
} from "./lmdbFiles.ts";
import { readStoredChains, type StoredChain } from "./storedChains.ts";

/** A store that somebody looks at, who neither owns nor trusts it. */
export interface ReadOnlyStore extends BlockStore {
  /** Heights that any of the tables speaks of, when it was opened: 0 to one less than this. */
  readonly expectedBlocks: number;
}

/**
 * Opens a store without changing it, for one who means to check it: a damaged one opens as well, as long as
 * LMDB can read it, and blocks that aren't there are missed where they are asked for. Another process may be
 * writing to it meanwhile; what it adds isn't seen.
 * @throws LedgerError STORE_OPEN_FAILED; STORE_CORRUPT for a file that can't be a store's
 */
export function openReadOnlyStore(dir: string): ReadOnlyStore {
  const files = openLmdbFiles(dir, { readOnly: true });
  try {
    const chains = readStoredChains(files);
    return createStore(files, chains, countExpected(files, chains));
  } catch (error) {
    void files.root.close();
    throw error;
  }
}

/** A tail that was cut off one table shows in the others. */
function countExpected(files: LmdbFiles, chains: readonly StoredChain[]): number {
  const [lastHeight = -1] = files.blocks.getKeys({ reverse: true, limit: 1 });
  const { entryCount } = files.hashes.getStats() as { entryCount: number };
  return Math.max(lastHeight + 1, entryCount, ...chains.map(({ lastHeight }) => lastHeight + 1));
}

function createStore(
  files: LmdbFiles,
  chains: readonly StoredChain[],
  expectedBlocks: number,
): ReadOnlyStore {
  const head = expectedBlocks === 0 ? undefined : ((expectedBlocks - 1) as LedgerHeight);
  const seen = (block: Block | undefined) =>
    block !== undefined && block.header.height < expectedBlocks ? block : undefined;
  const present = (block: Block | undefined, height: number): Block => {
    if (block === undefined) throw corrupt(height, "is missing");
    return block;
  };
  return {
    expectedBlocks,
    head: () => (head === undefined ? undefined : present(readBlock(files, head), head)),
    chainHead(chainId) {
      const chain = chains.find((one) => one.chainId === chainId);
      return chain && present(readBlock(files, chain.lastHeight as LedgerHeight), chain.lastHeight);
    },
    chainIds: () => chains.map(({ chainId }) => chainId),
    durableHeight: () => head,
    byHeight: (height) => seen(readBlock(files, height)),
    byNumber: (chainId, number) => seen(readByNumber(files, chainId, number)),
    byHash: (hash) => seen(readByHash(files, hash)),
    append(): never {
      throw new LedgerError("CLOSED", "the store was opened to be read");
    },
    listen: () => () => {},
    close: () => files.root.close(),
  };
}
