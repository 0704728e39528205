import { existsSync } from "node:fs";
import { join } from "node:path";
import { createExplorerPages } from "@weft/explorer";
import type { ProgramSource } from "@weft/fast-chain";
import { Ledger, openReadOnlyStore } from "@weft/ledger";
import { type Hash, ZERO_ADDRESS } from "@weft/protocol";
import { type RpcServer, startRpcServer } from "@weft/rpc";
import { createConsoleLogger } from "../logger.ts";
import type { Logger } from "../types.ts";
import { type ChainIds, readChainIds } from "../verify/chainIds.ts";
import type { VerifierResult } from "../verify/ledgerVerifier.ts";
import { FollowedLedger } from "./followedLedger.ts";
import { type FollowProgress, followSource, type RetryDelays } from "./followSource.ts";
import { peekChainIds } from "./peekChainIds.ts";
import { refuseTransaction } from "./readOnly.ts";

const DEFAULT_RETRY: RetryDelays = { minMs: 250, maxMs: 10_000 };

export type FollowerOptions = {
  /** JSON-RPC server of the node to follow, without a path. */
  readonly url: string;
  /** Folder of the ledger; with a ledger in it, it goes on where that ends. In memory without one. */
  readonly dataDir?: string;
  /** Games to run again; rooms of others are checked as far as the chain knows them. */
  readonly programs?: ProgramSource;
  /** Hash of the ledger's first block, where it is known: any other ledger is refused. */
  readonly genesis?: Hash;
  /** Where JSON-RPC listens; port 0 takes a free one. */
  readonly rpc: { readonly host?: string; readonly port: number };
  readonly retry?: RetryDelays;
  readonly logger?: Logger;
  readonly onProgress?: (progress: FollowProgress) => void;
  /** Ends the start, which waits for the other node. */
  readonly signal?: AbortSignal;
};

/** A node that copies another's ledger, checks it, and answers what there is to read of it. */
export interface Follower extends ChainIds {
  readonly ledger: Ledger;
  readonly rpc: RpcServer;
  /** What has been checked so far. */
  readonly result: VerifierResult;
  /** Resolves, with the reason, when it had to stop following: `faultOf` tells of a wrong block. */
  readonly failed: Promise<Error>;
  /** The block that is being checked is the last one. */
  stop(): Promise<void>;
}

/**
 * Starts to follow a node. Resolves when there is something to read: both chains have begun.
 * @throws NodeError, as `verifyLedger`, when the first blocks are wrong; GENESIS_MISMATCH, LEDGER_FORKED;
 * LedgerError and ZkChainError STORE_…; RpcError LISTEN_FAILED, LEDGER_STREAM_INVALID
 */
export async function startFollower(options: FollowerOptions): Promise<Follower> {
  const { logger = createConsoleLogger(), signal } = options;
  const stopping = new AbortController();
  const ended = signal === undefined ? stopping.signal : AbortSignal.any([signal, stopping.signal]);
  const ids = await findChainIds(options, logger, ended);
  const followed = await FollowedLedger.open({ ...options, ...ids, logger });
  const began = Promise.withResolvers<void>();
  const failure = Promise.withResolvers<Error>();
  const fail = (error: Error): void => {
    if (ended.aborted) return;
    logger.error("no longer following: what comes next can't be relied on", { error });
    began.reject(error);
    failure.resolve(error);
    stopping.abort();
  };
  followed.ledger.subscribe({ failed: fail });
  followed.zkChain.onStopped(fail);
  if (followed.began) began.resolve();
  const running = followSource({
    ...{ url: options.url, genesis: options.genesis, followed, logger, signal: ended },
    retry: options.retry ?? DEFAULT_RETRY,
    onProgress(progress) {
      if (followed.began) began.resolve();
      options.onProgress?.(progress);
    },
  }).catch(fail);
  ended.addEventListener("abort", () => began.reject(ended.reason));
  const stopFollowing = async (): Promise<void> => {
    stopping.abort();
    await running;
    await followed.close();
  };
  try {
    await began.promise;
    const rpc = await startReading(options, followed, ids, logger);
    return {
      ...ids,
      ledger: followed.ledger,
      rpc,
      get result() {
        return followed.result;
      },
      failed: failure.promise,
      async stop() {
        await rpc.stop();
        await stopFollowing();
      },
    };
  } catch (error) {
    await stopFollowing();
    throw error;
  }
}

async function findChainIds(
  { url, dataDir, retry = DEFAULT_RETRY }: FollowerOptions,
  logger: Logger,
  signal: AbortSignal,
): Promise<ChainIds> {
  const stored = dataDir === undefined ? undefined : await readStoredIds(dataDir);
  if (stored !== undefined) return stored;
  return peekChainIds({
    ...{ url, retry, signal },
    onLost: (error, waitMs) =>
      logger.warn("not connected to the node that is to be followed, trying again", {
        ...{ url, waitMs },
        error,
      }),
  });
}

/** The chains of a ledger that was followed before. */
async function readStoredIds(dataDir: string): Promise<ChainIds | undefined> {
  if (!existsSync(join(dataDir, "data.mdb"))) return undefined;
  const store = openReadOnlyStore(dataDir);
  const chainIds = store.chainIds();
  const ledger = new Ledger({ store, chainIds, proposer: ZERO_ADDRESS });
  try {
    return chainIds.length < 2 ? undefined : readChainIds(ledger);
  } finally {
    await ledger.close();
  }
}

function startReading(
  { rpc: { host, port } }: FollowerOptions,
  { ledger, zkChain, fast }: FollowedLedger,
  { zkChainId }: ChainIds,
  logger: Logger,
): Promise<RpcServer> {
  return startRpcServer({
    ledger,
    zkChain: { ...zkChain, submit: refuseTransaction },
    zkChainId,
    fastChain: fast,
    port,
    pages: [createExplorerPages()],
    ...(host !== undefined && { host }),
    onInternalError: (error, method) => logger.error("JSON-RPC failed inside", { method, error }),
  });
}
