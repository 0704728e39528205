import { setImmediate as nextTurn } from "node:timers/promises";
import type { Block, LedgerHeight } from "@weft/protocol";
import type { LedgerError } from "./errors.ts";
import { REPLAY_BLOCKS_PER_TURN } from "./limits.ts";
import type { LedgerListener } from "./listeners.ts";

export type FollowOptions = {
  /** First block to yield; it may lie in the future. */
  readonly fromHeight: LedgerHeight;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** Yields a block only when it is durable. */
  readonly durableOnly?: boolean;
};

/** What a follower needs of its ledger. */
export type Followed = {
  head(): LedgerHeight | undefined;
  durableHeight(): LedgerHeight | undefined;
  byHeight(height: LedgerHeight): Block | undefined;
  subscribe(listener: LedgerListener): () => void;
  failure(): LedgerError | undefined;
  /** Aborts when the ledger closes. */
  readonly closed: AbortSignal;
};

/**
 * Past blocks first, then new ones, each once. Nothing is buffered: a follower is a height, and a slow
 * one reads from the store what it has missed.
 */
export async function* followBlocks(
  ledger: Followed,
  { fromHeight, signal, durableOnly = false }: FollowOptions,
): AsyncGenerator<Block, void, undefined> {
  const ended = signal === undefined ? ledger.closed : AbortSignal.any([ledger.closed, signal]);
  let wake = () => {};
  const unsubscribe = ledger.subscribe({
    appended: () => wake(),
    durable: () => wake(),
    failed: () => wake(),
  });
  const onEnd = () => wake();
  ended.addEventListener("abort", onEnd);
  try {
    for (let next: number = fromHeight, sinceTurn = 0; !ended.aborted; ) {
      const last = durableOnly ? ledger.durableHeight() : ledger.head();
      if (last !== undefined && next <= last) {
        const block = ledger.byHeight(next as LedgerHeight);
        if (block === undefined) return; // can't be: the store holds every height up to its head
        next++;
        yield block;
        // A long replay must not keep everyone else waiting.
        if (++sinceTurn % REPLAY_BLOCKS_PER_TURN === 0) await nextTurn();
        continue;
      }
      const failure = ledger.failure();
      if (failure !== undefined) throw failure;
      // Nothing runs between the look above and here, so no wake-up is missed.
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    ended.removeEventListener("abort", onEnd);
    unsubscribe();
  }
}
