import type { LedgerBlock } from "@weft/rpc/answers";
import { PACE_MS } from "../limits.ts";

/** How fast the ledger grows. */
export type Pace = { readonly blocksPerSecond: number; readonly eventsPerSecond: number };

/**
 * Counts what the last `PACE_MS` have brought, by the node's clock: the reader's may go wrong.
 * @param blocks newest first
 * @param quietMs how long ago the newest of them came
 */
export function paceOf(blocks: readonly LedgerBlock[], quietMs: number): Pace {
  const nowMs = (blocks[0]?.timestampMs ?? 0) + quietMs;
  const recent = blocks.filter(({ timestampMs }) => timestampMs > nowMs - PACE_MS);
  const perSecond = (count: number) => Math.round((count * 1000) / PACE_MS);
  const events = recent.flatMap(({ transactions }) => transactions.map(({ events = 1 }) => events));
  return {
    blocksPerSecond: perSecond(recent.length),
    eventsPerSecond: perSecond(events.reduce((sum, count) => sum + count, 0)),
  };
}
