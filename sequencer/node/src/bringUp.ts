import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { FastChain, type FastChainOptions } from "@weft/fast-chain";
import {
  type BlockStore,
  createMemoryStore,
  Ledger,
  openLmdbStore,
  type StoreRepair,
} from "@weft/ledger";
import type { ZkGenesis } from "@weft/protocol";
import { startZkChain, type ZkChain, ZkChainError } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";
import type { NodeSettings } from "./options.ts";
import type { Logger } from "./types.ts";
import { beginOrContinueZkChain } from "./zkStart.ts";

/** In the data directory: the ZK chain's state and blocks. All of it comes back from the ledger. */
const ZK_CHAIN_DIR = "zk-chain";

/** In the data directory: snapshots of the fast chain, and of what others keep beside it. */
const SNAPSHOT_DIR = "snapshots";

/** @throws NodeError OPTION_INVALID, LEDGER_INVALID; LedgerError STORE_OPEN_FAILED, STORE_CORRUPT, CHAIN_UNKNOWN */
export function openLedger(settings: NodeSettings): Ledger {
  const { dataDir, zkChainId, fastChainId, account, logger } = settings;
  if (dataDir !== undefined) makeDirectory(dataDir);
  const ledger = new Ledger({
    store: openBlockStore(settings),
    chainIds: [zkChainId, fastChainId],
    proposer: lowerAddress(account.address),
    onListenerError: (error) => logger.error("a ledger listener failed", { error }),
  });
  if (ledger.head === undefined && dataDir !== undefined && hasSnapshots(dataDir)) {
    void ledger.close();
    throw new NodeError(
      "LEDGER_INVALID",
      `the ledger in ${dataDir} is empty, and there are snapshots of one: put its data.mdb back, or clear the folder to begin anew`,
      { details: { dataDir } },
    );
  }
  return ledger;
}

/** A snapshot gets its name when its block is on disk, so that whatever it is of was there. */
function hasSnapshots(dataDir: string): boolean {
  const dir = join(dataDir, SNAPSHOT_DIR);
  return existsSync(dir) && readdirSync(dir).some((file) => file.endsWith(".snapshot"));
}

/** What the parts of a data directory are opened with. */
type Place = Pick<NodeSettings, "dataDir" | "logger">;

/** The ledger's blocks; says what was damaged. @throws LedgerError STORE_OPEN_FAILED, STORE_CORRUPT */
export function openBlockStore({ dataDir, logger }: Place): BlockStore {
  if (dataDir === undefined) return createMemoryStore();
  return openLmdbStore(dataDir, { onRepaired: (repair) => tellOfRepair(repair, logger) });
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

/**
 * Starts the ZK chain's worker. A damaged store is thrown away, since the ledger has all that was in it.
 * @throws ZkChainError STORE_OPEN_FAILED, WORKER_STOPPED
 */
export async function openZkChain({ dataDir: parent, logger }: Place): Promise<ZkChain> {
  if (parent === undefined) return startZkChain();
  const dataDir = join(parent, ZK_CHAIN_DIR);
  try {
    return await startZkChain({ dataDir });
  } catch (error) {
    if (!(error instanceof ZkChainError) || error.code !== "STORE_CORRUPT") throw error;
    logger.warn("the ZK chain's store is damaged; it is made again from the ledger", { error });
    rmSync(dataDir, { recursive: true, force: true });
    return startZkChain({ dataDir });
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
