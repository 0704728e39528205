import { setTimeout as delay } from "node:timers/promises";
import { type Block, type ChainId, decodeBlock, type LedgerHeight } from "@weft/protocol";
import { connectLedger, RpcError } from "@weft/rpc";
import { NodeError } from "../errors.ts";
import { type ChainIds, readChainIds } from "../verify/chainIds.ts";
import type { RetryDelays } from "./followSource.ts";

/** A node begins both chains with its first blocks. */
const MAX_PEEKED_BLOCKS = 64;

export type PeekOptions = {
  readonly url: string;
  readonly retry: RetryDelays;
  readonly signal: AbortSignal;
  readonly onLost: (error: unknown, waitMs: number) => void;
};

/**
 * Asks a node which chains its ledger has, and tries until it answers. Nothing of this is believed later on: the
 * first blocks are checked with all others.
 * @throws NodeError LEDGER_INVALID; RpcError LEDGER_STREAM_INVALID; what `signal` aborts with
 */
export async function peekChainIds(options: PeekOptions): Promise<ChainIds> {
  const { url, retry, signal, onLost } = options;
  for (let waitMs = retry.minMs; ; waitMs = Math.min(retry.maxMs, waitMs * 2)) {
    try {
      return await peekOnce(url, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof RpcError && error.code === "LEDGER_STREAM_LOST")) throw error;
      onLost(error, waitMs);
    }
    await delay(waitMs, undefined, { signal });
  }
}

async function peekOnce(url: string, signal: AbortSignal): Promise<ChainIds> {
  const connection = await connectLedger(url, { signal });
  try {
    const firsts = new Map<ChainId, Block>();
    let seen = 0;
    for await (const batch of connection.follow(0 as LedgerHeight)) {
      for (const block of batch.map(decodeBlock)) {
        seen++;
        const { chainId, number } = block.header;
        if (number === 0) firsts.set(chainId, block);
        if (firsts.size === 2) return idsOf(firsts);
      }
      if (seen > MAX_PEEKED_BLOCKS) break;
    }
  } finally {
    connection.close();
  }
  throw new NodeError(
    "LEDGER_INVALID",
    `the node's first ${MAX_PEEKED_BLOCKS} blocks begin no two chains`,
  );
}

function idsOf(firsts: ReadonlyMap<ChainId, Block>): ChainIds {
  return readChainIds({
    chainIds: [...firsts.keys()],
    blockByNumber: (chainId) => firsts.get(chainId),
  });
}
