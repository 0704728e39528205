import { findReport, type RoomRecord } from "@weft/fast-chain";
import type { WeftNode } from "@weft/node";
import type { RoundReport, SealedLane } from "@weft/protocol";
import { createRoundPlayers, type RoundPlayers } from "./roundPlayers.ts";

/** A report that is in the ledger; the ZK chain may have it or not. */
export type PendingReport = {
  readonly report: RoundReport;
  readonly players: RoundPlayers;
  /** The lanes that the report's root is over. */
  readonly lanes: readonly SealedLane[];
};

/** A room's newest report, out of the ledger; undefined when it has none, or a later round is open. */
export function readPendingReport(
  { ledger, fastChainId: chainId }: Pick<WeftNode, "ledger" | "fastChainId">,
  { room, lanes: all, reported }: RoomRecord,
): PendingReport | undefined {
  if (reported?.height === undefined) return undefined;
  const { roundId, height, lanes } = reported;
  const report = findReport({ ledger, chainId }, { room, roundId, height });
  return report && { report, players: createRoundPlayers(all, reported.players), lanes };
}
