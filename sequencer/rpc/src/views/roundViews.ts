import {
  type ChainNumber,
  decodeFastTransaction,
  hashTransaction,
  type LedgerHeight,
} from "@weft/protocol";
import type { RoundDetails, RoundPhase, RoundSummary } from "../answers.ts";
import type { RoundEntry } from "../ledgerIndex/ledgerEntries.ts";
import type { Indexed } from "../ledgerIndex/ledgerIndex.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";
import { describeRoomEvent } from "./describeRoomEvent.ts";
import { payoutOf } from "./payoutOf.ts";

export function roundPhase({ endedHeight, reported, voided }: RoundEntry): RoundPhase {
  if (voided !== undefined) return "void";
  if (reported !== undefined) return "reported";
  return endedHeight === undefined ? "playing" : "sealing";
}

export function roundSummary(round: RoundEntry, { entries }: Indexed): RoundSummary {
  const { roundId, room, opened, endedHeight, reported, voided } = round;
  return {
    roundId,
    room,
    game: entries.rooms.get(room)?.created?.game ?? null,
    phase: roundPhase(round),
    cap: opened?.cap ?? null,
    deadlineMs: opened?.deadlineMs ?? null,
    openHeight: opened?.height ?? null,
    endHeight: endedHeight ?? null,
    reportHeight: reported?.height ?? null,
    prizes: reported?.prizes ?? null,
    actions: reported?.actions ?? null,
    voidCode: voided?.code ?? null,
  };
}

/** A round with its report, and where on the ZK chain to look for it. */
export function roundDetails(
  context: WeftContext,
  round: RoundEntry,
  indexed: Indexed,
): RoundDetails {
  const { entries, fromHeight } = indexed;
  const { opened } = round;
  const room = entries.rooms.get(round.room);
  const players = (opened?.players ?? []).map((lane) => {
    const sessionId = room?.lanes.get(lane)?.sessionId;
    const payout = sessionId && payoutOf(context, entries, sessionId);
    return { lane, sessionId: sessionId ?? null, payout: payout ?? null };
  });
  return {
    ...roundSummary(round, indexed),
    players,
    // A round is opened on the ZK chain before it is on the fast chain.
    zkNumber: opened === undefined ? null : zkNumberAt(context, opened.height),
    ...reportOf(context, round),
    fromHeight,
  };
}

/** The report, out of its block, with the transaction that it is in. */
function reportOf(
  { ledger }: WeftContext,
  { roundId, reported }: RoundEntry,
): Pick<RoundDetails, "report" | "reportTransaction"> {
  const raw = reported && durableBlock(ledger, reported.height)?.transactions[reported.index];
  if (raw === undefined) return { report: null, reportTransaction: null };
  const transaction = decodeFastTransaction(raw);
  const events = transaction.type === "roomEvents" ? transaction.events : [];
  const event = events.find((one) => one.type === "report" && one.report.roundId === roundId);
  const report = event === undefined ? undefined : describeRoomEvent(event).report;
  return {
    report: (report ?? null) as RoundDetails["report"],
    reportTransaction: hashTransaction(raw),
  };
}

/** Number of the newest ZK block at a height; null when there is none. */
function zkNumberAt({ ledger, zkChainId }: WeftContext, height: LedgerHeight): number | null {
  let low = -1;
  let high = ledger.chainHead(zkChainId)?.header.number ?? -1;
  while (low < high) {
    const middle = Math.floor((low + high + 1) / 2);
    const block = ledger.blockByNumber(zkChainId, middle as ChainNumber);
    if (block === undefined || block.header.height > height) high = middle - 1;
    else low = middle;
  }
  return low < 0 ? null : low;
}
