import type { Block, ChainId, ChainNumber, LedgerHeight } from "@weft/protocol";
import type { BlockStore } from "./blockStore.ts";
import { LedgerError } from "./errors.ts";
import {
  corrupt,
  dataFileOf,
  type LmdbFiles,
  openLmdbFiles,
  readBlock,
  readByHash,
  readByNumber,
} from "./lmdbFiles.ts";
import { type SalvagedBlocks, salvageBlocks } from "./salvageBlocks.ts";
import { readStoredChains, type StoredChain } from "./storedChains.ts";

/** A store that somebody looks at, who neither owns nor trusts it. */
export interface ReadOnlyStore extends BlockStore {
  /** Heights that any of the tables speaks of, when it was opened: 0 to one less than this. */
  readonly expectedBlocks: number;
  /** Set when the file is damaged: blocks are read past LMDB then, as far as they can be. */
  readonly damage: LedgerError | undefined;
}

/**
 * Opens a store without changing it, for one who means to check it: a damaged one opens as well, and what
 * isn't there is missed where it is asked for. Another process may be writing to it meanwhile; what it adds
 * isn't seen.
 * @throws LedgerError STORE_OPEN_FAILED; STORE_CORRUPT for a file of which no block can be read
 */
export function openReadOnlyStore(dir: string): ReadOnlyStore {
  let files: LmdbFiles;
  try {
    files = openLmdbFiles(dir, { readOnly: true });
  } catch (error) {
    if (error instanceof LedgerError && error.code === "STORE_CORRUPT") return salvage(dir, error);
    throw error;
  }
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
  return {
    ...readOnly,
    ...{ expectedBlocks, damage: undefined },
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
    close: () => files.root.close(),
  };
}

/** What can be read of a damaged file, from its first block on. */
function salvage(dir: string, damage: LedgerError): ReadOnlyStore {
  let salvaged: SalvagedBlocks;
  try {
    salvaged = salvageBlocks(dataFileOf(dir));
  } catch {
    throw damage;
  }
  const { whole, claimed } = salvaged;
  if (whole === 0) {
    salvaged.close();
    throw damage;
  }
  const heights = new Map<string, number>();
  const chainHeads = new Map<ChainId, number>();
  for (let height = 0; height < whole; height++) {
    const { header, hash } = salvaged.read(height);
    heights.set(hash, height).set(numberKey(header.chainId, header.number), height);
    chainHeads.set(header.chainId, height);
  }
  const read = (height: number | undefined): Block | undefined => {
    if (height === undefined || height >= claimed) return undefined;
    if (height < whole) return salvaged.read(height);
    throw new LedgerError("STORE_CORRUPT", `the block at height ${height} can't be read`, {
      details: { height },
      cause: damage,
    });
  };
  return {
    ...readOnly,
    ...{ expectedBlocks: claimed, damage },
    head: () => read(claimed - 1),
    chainHead: (chainId) => read(chainHeads.get(chainId)),
    chainIds: () => [...chainHeads.keys()],
    durableHeight: () => (claimed - 1) as LedgerHeight,
    byHeight: read,
    byNumber: (chainId, number) => read(heights.get(numberKey(chainId, number))),
    byHash: (hash) => read(heights.get(hash)),
    async close() {
      salvaged.close();
    },
  };
}

const numberKey = (chainId: ChainId, number: ChainNumber) => `${chainId}:${number}`;

const readOnly: Pick<BlockStore, "append" | "hurry" | "listen"> = {
  append() {
    throw new LedgerError("CLOSED", "the store was opened to be read");
  },
  hurry() {},
  listen: () => () => {},
};

function present(block: Block | undefined, height: number): Block {
  if (block === undefined) throw corrupt(height, "is missing");
  return block;
}
