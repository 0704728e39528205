import type { Common } from "@ethereumjs/common";
import {
  EthereumError,
  parseSignedTransaction,
  type SignedEthereumTransaction,
} from "@weft/ethereum";
import type { Hash } from "@weft/protocol";
import { createMemoryStore } from "@weft/state-tree";
import { ZkChainError } from "../errors.ts";
import type { CommittedBlock, ZkEngine } from "../types.ts";
import { Chain } from "./chain.ts";
import { receiptsOf } from "./chainIndex.ts";
import { createReads } from "./reads.ts";
import { SerialQueue } from "./serialQueue.ts";
import type { StateBackend } from "./state/stateBackend.ts";
import { TreeStateBackend } from "./state/treeStateBackend.ts";

/** What the engine says without being asked. */
export type EngineEvents = {
  onPending(): void;
  onCommitted(committed: CommittedBlock): void;
  /** A transaction left the mempool without being executed, as it can't be any more. */
  onDropped(hash: Hash, error: ZkChainError): void;
};

/**
 * The ZK chain on whichever thread calls it. What changes the chain runs one after the other; reads
 * run at once, each on a copy of a committed state, which nothing can change under it.
 */
export function createZkEngine(
  events: EngineEvents,
  backend: StateBackend = new TreeStateBackend(createMemoryStore()),
): ZkEngine {
  const chain = new Chain(backend);
  const queue = new SerialQueue();
  const announce = () => {
    const record = chain.newest;
    events.onCommitted({ block: record.info, receipts: receiptsOf(record) });
    if (chain.mempool.hasHeads()) events.onPending();
  };
  return {
    ...createReads(chain),
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
    submit: (raw) =>
      queue.run(async () => {
        const transaction = parse(raw, chain.ground.rules.common);
        if (await chain.submit(transaction)) events.onPending();
        return transaction.hash;
      }),
  };
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
