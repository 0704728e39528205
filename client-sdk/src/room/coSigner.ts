import { coSignMessage, toReportArgs } from "@weft/contracts";
import {
  type ChainId,
  type CoSignRequest,
  decodeValue,
  encodeCoSignature,
  type Finality,
  type Hash,
  hashReport,
  type LaneHead,
  type RoundReport,
  type SealedLane,
  type SealRequest,
  type Value,
} from "@weft/protocol";
import { ClientError } from "../errors.ts";
import { findReportProblem, type WitnessedRound } from "./checkReport.ts";
import type { RoundUpdate } from "./messages.ts";

/** What a room is about to report of a round. */
export type ProposedReport = Omit<RoundReport, "results"> & {
  /** What the game says of the round. */
  readonly results: Value;
  /** Whose actions count, and how many: `actionsRoot` is the root over them. */
  readonly lanes: readonly SealedLane[];
};

/** Whether a player stands up for a report. */
export type ApproveReport = (report: ProposedReport) => boolean | Promise<boolean>;

export type CoSignerOptions = {
  /** Signatures are good on this chain only. */
  readonly zkChainId: ChainId;
  readonly sessionId: Hash;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly approve: ApproveReport;
};

type Decision = { readonly roundId: Hash; readonly reportHash: Hash; readonly made: Promise<void> };

/**
 * The player's judgement of rounds' reports. It follows the rounds, so that it has something to hold
 * a report against, and signs at most one report of each.
 */
export class CoSigner {
  readonly #options: CoSignerOptions;
  /** The newest round that opened. */
  #round: WitnessedRound | undefined;
  /** On the newest report that came. */
  #decision: Decision | undefined;
  /** The round's end may be another one: it wasn't on disk, and the server was started anew. */
  #endInDoubt = false;

  constructor(options: CoSignerOptions) {
    this.#options = options;
  }

  onRound(news: RoundUpdate, { height }: Finality): void {
    // After a reconnection the same news comes again, when more has been heard of.
    if (news.phase !== "opened" || news.roundId === this.#round?.roundId) return;
    const { roundId, cap } = news;
    this.#round = { roundId, cap, openedAfter: height, end: undefined };
  }

  /** The connection is a new one. */
  onWelcome(): void {
    this.#endInDoubt = true;
  }

  /**
   * The round is over.
   * @param headAt This player's lane after a frame, as it was made here.
   */
  onSealRequest(
    { roundId, head }: SealRequest,
    { height, applied }: Finality,
    headAt: (seq: number) => LaneHead | undefined,
  ): void {
    const round = this.#round;
    if (round?.roundId !== roundId) return;
    if (round.end !== undefined && !this.#endInDoubt) return;
    this.#endInDoubt = false;
    // Asked again about the same end, while the game has gone on perhaps.
    if (round.end?.head.hash === head.hash) return;
    let problem: string | undefined;
    if (headAt(head.seq)?.hash !== head.hash) problem = "it counts actions that were never sent";
    // What was applied before the end was told came before the end.
    else if (head.seq < applied) problem = "it leaves out actions that were applied in time";
    this.#round = { ...round, end: { head, after: height, problem } };
  }

  /**
   * Signs a report that is right, as far as can be told here, and that the application approves.
   * @param room The room's address.
   * @returns `encodeCoSignature`.
   * @throws ClientError REPORT_MISMATCH, REPORT_REFUSED, SESSION_KEY_FAILED; then nothing was signed.
   */
  async coSign(request: CoSignRequest, room: Hash): Promise<Uint8Array> {
    const { zkChainId, sign } = this.#options;
    const { report } = request;
    const { roundId } = report;
    const reportHash = hashReport(report);
    if (this.#decision?.roundId !== roundId) {
      this.#decision = { roundId, reportHash, made: this.#decide(request, room) };
    } else if (this.#decision.reportHash !== reportHash) {
      throw mismatch(report, "another report of the round was there before");
    }
    // Asked again about the same report, after a reconnection, the application isn't.
    await this.#decision.made;
    const signature = await sign(coSignMessage(zkChainId, toReportArgs(report)));
    return encodeCoSignature({ roundId, signature });
  }

  async #decide(request: CoSignRequest, room: Hash): Promise<void> {
    const { sessionId, approve } = this.#options;
    const { report, lanes } = request;
    const problem = findReportProblem(request, { room, sessionId, round: this.#round });
    if (problem !== undefined) throw mismatch(report, problem);
    let isApproved: boolean;
    try {
      isApproved = await approve({ ...report, results: decodeValue(report.results), lanes });
    } catch (cause) {
      throw refused(report, "the application failed to judge the report", cause);
    }
    if (!isApproved) throw refused(report, "the application doesn't approve the report");
  }
}

function mismatch(report: RoundReport, problem: string): ClientError {
  return new ClientError("REPORT_MISMATCH", `the report isn't signed: ${problem}`, {
    details: { report },
  });
}

function refused(report: RoundReport, message: string, cause?: unknown): ClientError {
  return new ClientError("REPORT_REFUSED", message, { details: { report }, cause });
}
