import type { RoundNews } from "@weft/protocol";
import type { RoundChange } from "./roundRunner.ts";

/** What players get to hear of a change; nothing of a round's end, which they are asked for seals at. */
export function newsOf(change: RoundChange): RoundNews | undefined {
  const { roundId } = change;
  switch (change.phase) {
    case "opened":
      return { phase: "opened", roundId, cap: change.cap, deadlineMs: change.deadlineMs };
    case "ended":
      return undefined;
    case "reported": {
      const { minted, transactionHash, report, coSigned, withheld } = change;
      return {
        phase: "reported",
        roundId,
        results: report.results,
        minted: minted.map(({ tokenId, to, item }) => ({ tokenId: tokenId.toString(), to, item })),
        transactionHash,
        coSigned,
        withheld,
      };
    }
    case "void":
      return { phase: "void", roundId, code: change.code };
  }
}
