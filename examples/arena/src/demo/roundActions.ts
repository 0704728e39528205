import type { Ledger } from "@weft/ledger";
import type { ChainId, Hash, LedgerHeight, RoundReport } from "@weft/protocol";
import { roomEvents } from "./ledgerMonitor.ts";

/** What the ledger says of a round. */
export type RoundActions = {
  /** Frames between the round's opening and its end. */
  readonly actions: number;
  /** Those of them that the report counts, each covered by its player's seal. */
  readonly sealed: number;
  readonly cap: number;
};

/** Reads a reported round out of the ledger. @throws Error when it isn't there */
export function readRound(ledger: Ledger, fastChainId: ChainId, roundId: Hash): RoundActions {
  let actions = 0;
  let cap: number | undefined;
  let report: RoundReport | undefined;
  let isPlaying = false;
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    if (block.header.chainId !== fastChainId) continue;
    for (const event of roomEvents(block)) {
      if (event.type === "roundOpen" && event.roundId === roundId) {
        isPlaying = true;
        cap = event.cap;
      }
      if (event.type === "roundEnd" && event.roundId === roundId) isPlaying = false;
      if (event.type === "frame" && isPlaying) actions++;
      if (event.type === "report" && event.report.roundId === roundId) report = event.report;
    }
  }
  if (report === undefined || cap === undefined) {
    throw new Error(`the ledger has no report of round ${roundId}`);
  }
  return { actions, sealed: report.actions, cap };
}
