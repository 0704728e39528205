import { join } from "node:path";
import type { Common } from "@ethereumjs/common";
import {
  EthereumError,
  parseSignedTransaction,
  type SignedEthereumTransaction,
} from "@weft/ethereum";
import { checkLmdbFile } from "@weft/ledger";
import type { Hash } from "@weft/protocol";
import { createMemoryStore, isStoredEntry, openLmdbStore } from "@weft/state-tree";
import { ZkChainError } from "../errors.ts";
import { RECEIPT_HISTORY_BLOCKS, RECEIPT_HISTORY_TRANSACTIONS } from "../limits.ts";
import type { BlockInfo, ExecutedBlock, ZkEngine } from "../types.ts";
import { Chain } from "./chain.ts";
import { createReads } from "./reads.ts";
import { SerialQueue } from "./serialQueue.ts";
import type { StateBackend } from "./state/stateBackend.ts";
import { TreeStateBackend } from "./state/treeStateBackend.ts";
import type { HistoryLimits } from "./store/chainIndex.ts";
import { storeErrorToZkChainError, withZkChainErrors } from "./storeErrors.ts";

/** What the engine says without being asked. */
export type EngineEvents = {
  onPending(): void;
  onCommitted(block: BlockInfo): void;
  /** A transaction left the mempool without being executed, as it can't be any more. */
  onDropped(hash: Hash, error: ZkChainError): void;
};

/** Where a chain is kept, and how much of it. */
export type EngineStorage = { readonly backend: StateBackend; readonly history: HistoryLimits };

/** A chain that is gone with its process. */
export function storeInMemory(): EngineStorage {
  return {
    backend: new TreeStateBackend(createMemoryStore()),
    history: { blocks: RECEIPT_HISTORY_BLOCKS, transactions: RECEIPT_HISTORY_TRANSACTIONS },
  };
}

/** A chain on disk, where all of it stays. @throws ZkChainError STORE_OPEN_FAILED, STORE_CORRUPT */
export function storeOnDisk(dataDir: string): EngineStorage {
  try {
    // Beforehand: LMDB trusts its file, and a damaged page would take the process down, or change the state.
    checkLmdbFile(join(dataDir, "data.mdb"), isStoredEntry);
    const backend = new TreeStateBackend(openLmdbStore(dataDir));
    return { backend, history: { blocks: Infinity, transactions: Infinity } };
  } catch (error) {
    throw storeErrorToZkChainError(error);
  }
}

/** The chain on the thread that calls it. */
export interface ClosableEngine extends ZkEngine {
  buildGenesis(...args: Parameters<ZkEngine["buildGenesis"]>): Promise<ExecutedBlock>;
  build(...args: Parameters<ZkEngine["build"]>): Promise<ExecutedBlock | undefined>;
  /** Once the last call has been answered: gives the store free for another. */
  close(): Promise<void>;
}

/**
 * The ZK chain on whichever thread calls it. What changes the chain runs one after the other; reads
 * run at once, each on a copy of a committed state, which nothing can change under it.
 */
export function createZkEngine(
  events: EngineEvents,
  { backend, history }: EngineStorage = storeInMemory(),
): ClosableEngine {
  const chain = new Chain(backend, history);
  const queue = new SerialQueue();
  const announce = () => {
    events.onCommitted(chain.newest.info);
    if (chain.mempool.hasHeads()) events.onPending();
  };
  return withZkChainErrors({
    ...createReads(chain),
    close: () => backend.close(),
    buildGenesis: (genesis) => queue.run(() => chain.buildGenesis(genesis)),
    build: (input) =>
      queue.run(async () => {
        const { built, dropped } = await chain.build(input);
        for (const { hash, error } of dropped) events.onDropped(hash, error);
        return built;
      }),
    commit: (header, hash) =>
      queue.run(async () => {
        await chain.commit(header, hash);
        announce();
      }),
    discard: () =>
      queue.run(async () => {
        await chain.discard();
        if (chain.mempool.hasHeads()) events.onPending();
      }),
    execute: (block) =>
      queue.run(async () => {
        const built = await chain.execute(block);
        announce();
        return built;
      }),
    rollBackTo: (number) => queue.run(() => chain.rollBackTo(number)),
    submit: (raw) =>
      queue.run(async () => {
        const transaction = parse(raw, chain.ground.rules.common);
        if (await chain.submit(transaction)) events.onPending();
        return transaction.hash;
      }),
  } satisfies ClosableEngine);
}

function parse(raw: Uint8Array, common: Common): SignedEthereumTransaction {
  try {
    return parseSignedTransaction(raw, common);
  } catch (error) {
    if (!(error instanceof EthereumError)) throw error;
    const { code, message, details } = error;
    throw new ZkChainError(code, message, { details, cause: error });
  }
}
