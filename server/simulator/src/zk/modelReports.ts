import {
  bytesToHex,
  type Hash,
  hashReport,
  type RoundReport,
  sha256,
  type TimestampMs,
  utf8ToBytes,
} from "@weft/protocol";
import { RoomsError, type RoundReports } from "@weft/rooms/simulation";
import type { Random } from "../core/random.ts";
import type { ModelZkChain } from "./modelZkChain.ts";
import type { ZkMutation } from "./zkState.ts";

/** Odds that a call fails before it is sent, and after. */
const FAILURE_CHANCE = 0.04;

type Calls = Pick<RoundReports, "open" | "report" | "isSettled">;

/** Stands for the operator's side of RoundReports: the same promises, kept with the model's books. */
export function createModelReports(
  chain: ModelZkChain,
  random: Random,
  mutation?: ZkMutation,
): RoundReports {
  /** The fault of one who doesn't ask whether a report got through. */
  const forgets = mutation === "mintsTwice";
  const roundOf = (roundId: Hash) => chain.state.rounds.get(roundId);
  const mayFail = () => {
    if (!random.chance(FAILURE_CHANCE)) return;
    throw new RoomsError("ZK_CHAIN_UNAVAILABLE", "the ZK chain doesn't answer");
  };
  const calls: Calls = {
    async open({ roundId, cap, deadlineMs }) {
      mayFail();
      const rounded = Math.ceil(deadlineMs / 1000) * 1000;
      if (roundOf(roundId) === undefined) {
        await chain.submit({ type: "openRound", roundId, cap, deadlineMs: rounded });
      }
      const known = roundOf(roundId);
      if (known === undefined || known.cap !== cap || known.reportHash !== undefined) {
        throw new RoomsError("ROUND_STALE", "the round was opened before, otherwise");
      }
      mayFail();
      return known.deadlineMs as TimestampMs;
    },
    async report({ report, again = false }) {
      const known = roundOf(report.roundId);
      if (!again || forgets || known?.reportHash === undefined) {
        const { roundId, mints } = report;
        const reportHash = hashReport(report);
        await chain.submit({ type: "report", roundId, reportHash, mints }).catch((cause) => {
          throw new RoomsError("REPORT_REFUSED", String(cause), { cause });
        });
      }
      return resultOf(report);
    },
    async isSettled({ roundId }) {
      return !forgets && roundOf(roundId)?.reportHash !== undefined;
    },
  };
  // The class's own calls of the contract, which is all that rooms know of it.
  return calls as unknown as RoundReports;
}

function resultOf({ roundId, mints }: RoundReport) {
  const minted = mints.map(({ to, item }, index) => ({ tokenId: BigInt(index), to, item }));
  const transactionHash = bytesToHex(sha256(utf8ToBytes(`report ${roundId}`)));
  return { minted, transactionHash, coSigned: 0, withheld: 0 };
}
