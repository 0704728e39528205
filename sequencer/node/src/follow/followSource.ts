import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import type { Hash } from "@weft/protocol";
import { connectLedger, type LedgerConnection, RpcError } from "@weft/rpc";
import type { Logger } from "../types.ts";
import { agreeOnHeight } from "./agree.ts";
import type { FollowedLedger } from "./followedLedger.ts";

/** How long to wait before connecting again: doubled with every failure, up to the second. */
export type RetryDelays = { readonly minMs: number; readonly maxMs: number };

/** Blocks that are checked before whoever reads from this node gets a turn. */
const BLOCKS_PER_TURN = 16;

export type FollowProgress = {
  readonly height: number;
  /** The newest block that the followed node is known to have. */
  readonly sourceHeight: number;
};

export type FollowSourceOptions = {
  readonly url: string;
  readonly followed: FollowedLedger;
  /** What the first block must be. */
  readonly genesis: Hash | undefined;
  readonly retry: RetryDelays;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: FollowProgress) => void;
};

/**
 * Takes blocks from a node until `signal` aborts, and connects again whenever the connection is lost.
 * @throws what there is no going on after: a wrong block, a fork, another ledger, a disk that failed
 */
export async function followSource(options: FollowSourceOptions): Promise<void> {
  const { url, retry, logger, signal, followed } = options;
  let waitMs = retry.minMs;
  while (!signal.aborted) {
    const before = followed.headHeight;
    try {
      await followOnce(options);
    } catch (error) {
      if (signal.aborted) return;
      if (!isLost(error)) throw error;
      if (followed.headHeight > before) waitMs = retry.minMs;
      logger.warn("not connected to the node that is followed, trying again", {
        ...{ url, waitMs },
        error,
      });
    }
    await delay(waitMs, undefined, { signal }).catch(() => {});
    waitMs = Math.min(retry.maxMs, waitMs * 2);
  }
}

const isLost = (error: unknown) => error instanceof RpcError && error.code === "LEDGER_STREAM_LOST";

/** One connection. Returns when there is nothing to take from this node yet. */
async function followOnce(options: FollowSourceOptions): Promise<void> {
  const { url, followed, genesis, logger, signal } = options;
  const connection = await connectLedger(url, { signal });
  try {
    const from = await agreeOnHeight(followed.ledger, connection, genesis);
    if (from === undefined) {
      logger.warn("the node that is followed has fewer blocks than this one, waiting for it", {
        ...{ url, height: followed.headHeight, sourceHead: connection.hello.head },
      });
      return;
    }
    logger.info("following", { url, fromHeight: from, sourceHead: connection.hello.head });
    await takeAll(options, connection);
  } finally {
    connection.close();
  }
}

async function takeAll(
  { followed, onProgress, signal }: FollowSourceOptions,
  connection: LedgerConnection,
): Promise<void> {
  const atConnection = connection.hello.head?.height ?? -1;
  const from = (followed.headHeight + 1) as Parameters<LedgerConnection["follow"]>[0];
  let sinceTurn = 0;
  for await (const batch of connection.follow(from)) {
    for (const encoded of batch) {
      if (signal.aborted) return;
      const { height } = (await followed.take(encoded)).header;
      onProgress({ height, sourceHeight: Math.max(height, atConnection) });
      if (++sinceTurn % BLOCKS_PER_TURN === 0) await nextTurn();
    }
  }
}
