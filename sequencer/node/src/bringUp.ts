import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FastChain, type FastChainOptions } from "@weft/fast-chain";
import { createMemoryStore, Ledger, openLmdbStore, type StoreRepair } from "@weft/ledger";
import type { ZkGenesis } from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";
import type { NodeSettings } from "./options.ts";
import type { Logger } from "./types.ts";
import { beginOrContinueZkChain } from "./zkStart.ts";

/** In the data directory: snapshots of the fast chain, and of what others keep beside it. */
const SNAPSHOT_DIR = "snapshots";

/** @throws NodeError OPTION_INVALID; LedgerError STORE_OPEN_FAILED, STORE_CORRUPT, CHAIN_UNKNOWN */
export function openLedger(settings: NodeSettings): Ledger {
  const { dataDir, zkChainId, fastChainId, account, logger } = settings;
  if (dataDir !== undefined) makeDirectory(dataDir);
  const onRepaired = (repair: StoreRepair) => tellOfRepair(repair, logger);
  return new Ledger({
    store: dataDir === undefined ? createMemoryStore() : openLmdbStore(dataDir, { onRepaired }),
    chainIds: [zkChainId, fastChainId],
    proposer: lowerAddress(account.address),
    onListenerError: (error) => logger.error("a ledger listener failed", { error }),
  });
}

function makeDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true });
  } catch (cause) {
    throw new NodeError("OPTION_INVALID", `dataDir: can't make ${dataDir}`, {
      details: { option: "dataDir", dataDir },
      cause,
    });
  }
}

function tellOfRepair({ lost, maybeMore, problem, keptAs }: StoreRepair, logger: Logger): void {
  const fields = { lost, maybeMore, problem: problem.message, keptAs };
  if (lost === undefined && !maybeMore) {
    logger.warn(
      "the ledger's file was damaged; it is written anew, and every block is there",
      fields,
    );
  } else {
    logger.error(
      "the ledger's file was damaged, and its end is lost: what it held didn't happen",
      fields,
    );
  }
}

/** Begins the ZK chain, or brings it to where the ledger is, and says what that took. */
export async function bringUpZkChain(
  zkChain: ZkChain,
  ledger: Ledger,
  genesis: ZkGenesis,
  logger: Logger,
): Promise<void> {
  const startMs = performance.now();
  let blocks = 0;
  await beginOrContinueZkChain(zkChain, ledger, genesis, (height, toHeight) => {
    blocks++;
    logger.debug("replaying the ZK chain", { height, toHeight });
  });
  logger.info("the ZK chain is up", { blocksApplied: blocks, ...tookSince(startMs) });
}

/** Begins the fast chain, or brings it to where the ledger is, and says what that took. */
export function bringUpFastChain(
  { dataDir, snapshots, logger }: NodeSettings,
  options: FastChainOptions,
): FastChain {
  const startMs = performance.now();
  const fastChain = new FastChain({
    ...options,
    ...(dataDir !== undefined && {
      snapshots: {
        ...snapshots,
        dir: join(dataDir, SNAPSHOT_DIR),
        onWritten: (written) => logger.debug("a snapshot of the fast chain is written", written),
        onProblem: (error) => logger.warn("a snapshot can't be written or used", { error }),
      },
    }),
  });
  const { snapshotHeight, blocks } = fastChain.restored;
  logger.info("the fast chain is up", {
    ...{ snapshotHeight, blocksApplied: blocks },
    ...tookSince(startMs),
  });
  return fastChain;
}

const tookSince = (startMs: number) => ({ tookMs: Math.round(performance.now() - startMs) });
