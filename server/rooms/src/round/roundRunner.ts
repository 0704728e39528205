import type { FastChainHost } from "@weft/fast-chain";
import type { Logger } from "@weft/node";
import {
  type ChainId,
  type Hash,
  type LaneHead,
  Message,
  type RoundNews,
  type RoundReport,
  roundIdOf,
  type SealedLane,
  type SealRequest,
  type SessionKey,
  type TimestampMs,
} from "@weft/protocol";
import { errorPlace } from "../development/errorPlace.ts";
import { codeOf, RoomsError } from "../errors.ts";
import { MAX_SEAL_CHECK_MS } from "../limits.ts";
import type { SealSource } from "../room/laneIntake.ts";
import type { RoomRuntime } from "../room/roomRuntime.ts";
import type { Seat } from "../room/seat.ts";
import type { AnyGame, RoomSettings, RoundUpdate } from "../types.ts";
import { CoSigning } from "./coSigning.ts";
import type { PendingReport } from "./pendingReport.ts";
import {
  askForRound,
  lobby,
  observeRound,
  type RoundEffect,
  type RoundOutcome,
  type RoundPhase,
  type RoundRulesOfRoom,
  type RoundState,
  settleRound,
} from "./roundMachine.ts";
import { newsOf } from "./roundNews.ts";
import { createRoundPlayers, type RoundPlayers } from "./roundPlayers.ts";
import type { ReportedRound, RoundReports } from "./roundReports.ts";
import { RoundSeals } from "./roundSeals.ts";

/** A round's news without what the server adds to it. */
export type RoundChange = RoundUpdate extends infer Update
  ? Update extends RoundUpdate
    ? Omit<Update, "game" | "roomId" | "room">
    : never
  : never;

export type RoundRunnerOptions = {
  readonly runtime: RoomRuntime;
  readonly game: AnyGame;
  readonly settings: RoomSettings;
  readonly fastChain: Pick<FastChainHost, "seed">;
  /** Co-signatures are good on this chain only. */
  readonly zkChainId: ChainId;
  readonly reports: Pick<RoundReports, "open" | "report" | "isSettled">;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Verifies a report's seals in another thread; without it they are verified here. */
  readonly sealVerifier?: SealSource | undefined;
  readonly onChange: (change: RoundChange) => void;
  /** No round is to begin any more: the server is about to stop. */
  readonly isDraining?: () => boolean;
};

type OpenRound = {
  readonly roundId: Hash;
  readonly cap: number;
  readonly players: RoundPlayers;
  endEvent: number | undefined;
};

/** A round that is over, from its end until it is reported or void. */
type EndedRound = {
  readonly roundId: Hash;
  readonly heads: readonly LaneHead[];
  readonly seals: RoundSeals;
};

type DrawnReport = {
  readonly report: RoundReport;
  readonly reportEvent: number;
  /** The lanes that the report's root is over. */
  readonly lanes: readonly SealedLane[];
};

/** Takes a room's rounds through their states, on both chains. */
export class RoundRunner {
  readonly #options: RoundRunnerOptions;
  readonly #rules: RoundRulesOfRoom;
  readonly #maxMints: number;
  readonly #roundSeconds: number;
  #state: RoundState;
  #round: OpenRound | undefined;
  #ended: EndedRound | undefined;
  #coSigning: CoSigning | undefined;
  #news: RoundNews | undefined;
  /** The room stops for now: what is under way is left for whoever resumes it. */
  #suspended = false;
  /** The effect that is under way; settled when none is. */
  #working: Promise<void> = Promise.resolve();

  constructor(options: RoundRunnerOptions) {
    const { game, settings } = options;
    this.#options = options;
    this.#rules = {
      ...settings,
      minPlayers: Math.max(1, game.minPlayers, settings.minPlayers ?? 0),
    };
    this.#maxMints = game.round?.maxMints ?? 0;
    this.#roundSeconds = game.round?.seconds ?? 0;
    // A game without rounds stays in the lobby, so to say: nothing is ever opened.
    this.#state = game.round === undefined ? { phase: "stopped" } : lobby();
  }

  get phase(): RoundPhase {
    return this.#state.phase;
  }

  /** The newest news of the room's rounds, for players who missed it. */
  get news(): RoundNews | undefined {
    return this.#news;
  }

  /** Asks for the next round without waiting for `startDelayMs`. */
  start(): void {
    this.#state = askForRound(this.#state);
    this.step();
  }

  /**
   * Goes on with what the ledger has of the room's rounds, after a restart.
   * @param pending The newest report: the ZK chain has it, or it was on its way.
   */
  resume(pending: PendingReport | undefined): void {
    if (this.#state.phase === "stopped") return;
    const { runtime, nowMs } = this.#options;
    const { record } = runtime.journal;
    const { round } = record;
    if (round !== undefined) {
      const { roundId, cap, deadlineMs, end } = round;
      const players = createRoundPlayers(record.lanes, round.players);
      const endEvent = end && record.events - 1;
      this.#round = { roundId, cap, players, endEvent };
      this.#news = { phase: "opened", roundId, cap, deadlineMs };
      this.#state = { phase: "playing" };
      if (end === undefined) return;
      runtime.frozen = true;
      this.#ended = this.#endedRound(roundId, end.heads);
      this.#state = {
        phase: "sealing",
        untilMs: nowMs() + this.#returnMs + this.#rules.sealGraceMs,
      };
    } else if (pending !== undefined) {
      this.#state = { phase: "reporting" };
      this.#work("report", this.#reportAgain(pending));
    }
  }

  /** How long players have to come back after a restart, before nobody waits for them any more. */
  get #returnMs(): number {
    return this.#options.settings.reconnectionSeconds * 1000;
  }

  /** Looks at the room and does what follows. Called after every tick and beat. */
  step(): void {
    const { runtime, nowMs, isDraining } = this.#options;
    const { phase } = this.#state;
    if (phase === "stopped" || (phase === "lobby" && isDraining?.())) return;
    const { state, effect } = observeRound(
      this.#state,
      {
        nowMs: nowMs(),
        players: runtime.connectedPlayers,
        over: runtime.program.roundOver,
        allSealed: phase === "sealing" && this.#ended?.seals.missing.size === 0,
      },
      this.#rules,
    );
    this.#state = state;
    if (effect !== undefined) this.#do(effect);
    this.#ended?.seals.step();
    this.#coSigning?.step(nowMs());
  }

  /** Tells a player who came back what is wanted now. */
  greet(seat: Seat): void {
    const { peer, lane } = seat;
    const head = this.#ended?.heads[lane];
    if (this.#ended !== undefined && head !== undefined) {
      peer?.send(Message.sealRequest, { roundId: this.#ended.roundId, head } satisfies SealRequest);
    }
    this.#coSigning?.askAgain(seat);
  }

  /** A co-signature's bytes as they came. */
  coSign(seat: Seat, received: Uint8Array): void {
    this.#options.runtime.intake.coSignature(
      seat,
      received,
      (coSignature) => this.#coSigning?.take(seat, coSignature) ?? "CO_SIGNATURE_LATE",
    );
  }

  /**
   * Ends what is under way: a round that isn't reported yet becomes void. Resolves when a report that is on
   * its way to the ZK chain has arrived or failed.
   */
  async stop(why: string): Promise<void> {
    const { phase } = this.#state;
    this.#state = { phase: "stopped" };
    if (phase === "playing" || phase === "sealing") this.#void(new RoomsError("ROOM_CLOSED", why));
    this.#ended?.seals.close();
    this.#coSigning?.close();
    await this.#working;
  }

  /**
   * Leaves everything as it is, for `resume`. Resolves when nothing is under way any more.
   */
  async suspend(): Promise<void> {
    this.#suspended = true;
    this.#state = { phase: "stopped" };
    this.#ended?.seals.close();
    this.#coSigning?.close();
    await this.#working;
  }

  #do(effect: RoundEffect): void {
    if (effect === "end") this.#end();
    else this.#work(effect, effect === "open" ? this.#open() : this.#report());
  }

  #work(effect: "open" | "report", work: Promise<RoundOutcome>): void {
    this.#working = work.then(
      (outcome) => this.#settle(outcome),
      (error) => {
        this.#options.logger.error("a round's step failed unexpectedly", { effect, error });
        if (effect === "report") this.#void(error);
        this.#settle(effect === "open" ? "openFailed" : "done");
      },
    );
  }

  #settle(outcome: RoundOutcome): void {
    this.#ended = undefined;
    this.#state = settleRound(this.#state, outcome, this.#options.nowMs());
  }

  async #open(): Promise<RoundOutcome> {
    const { runtime, reports, nowMs, game, logger } = this.#options;
    const { room, rounds } = runtime.journal.record;
    const roundId = roundIdOf(room, rounds);
    const cap = this.#maxMints;
    const players = this.#playersNow();
    let deadlineMs: TimestampMs;
    try {
      const planned = this.#roundSeconds + this.#options.settings.reportMarginSeconds;
      deadlineMs = await reports.open({
        roundId,
        game: game.name,
        cap,
        deadlineMs: (nowMs() + planned * 1000) as TimestampMs,
        players: players.ids,
      });
    } catch (error) {
      logger.warn("a round could not be opened, it is tried again", { roundId, error });
      if (codeOf(error) === "ROUND_STALE") this.#skip({ roundId, cap, players });
      this.#tell({ phase: "void", roundId, code: codeOf(error), cause: error });
      return "openFailed";
    }
    // The room may have closed meanwhile; the contract's round then just passes its deadline.
    if (this.#state.phase !== "opening") return "openFailed";
    this.#begin({ roundId, cap, players }, deadlineMs);
    return "opened";
  }

  #playersNow(): RoundPlayers {
    const { seats } = this.#options.runtime;
    return createRoundPlayers(this.#options.runtime.journal.record.lanes, [...seats.keys()]);
  }

  #sessionKeyOf({ lane }: Seat): SessionKey | undefined {
    return this.#options.runtime.journal.record.lanes[lane]?.sessionKey;
  }

  #begin(round: Omit<OpenRound, "endEvent">, deadlineMs: TimestampMs): void {
    const { runtime, fastChain } = this.#options;
    const { roundId, cap, players } = round;
    const { seed, seedHeight } = fastChain.seed(roundId);
    const opening = { roundId, cap, deadlineMs, seed };
    runtime.journal.append({ type: "roundOpen", ...opening, seedHeight, players: players.lanes });
    runtime.program.roundOpen(opening);
    this.#round = { ...round, endEvent: undefined };
    this.#tell({ phase: "opened", roundId, cap, deadlineMs, players: runtime.seats.size });
  }

  /** A round that can't be opened any more would be in the way of all later ones: its number is passed over. */
  #skip(round: Omit<OpenRound, "endEvent">): void {
    const { runtime, nowMs } = this.#options;
    const { roundId } = round;
    this.#begin(round, Math.floor(nowMs()) as TimestampMs);
    runtime.journal.append({ type: "roundVoid", roundId, code: "ROUND_STALE" });
    runtime.program.roundClose();
    this.#round = undefined;
  }

  /** The last tick has run: fixes what counts, stops the game's time, asks everybody for a seal. */
  #end(): void {
    const { runtime } = this.#options;
    const round = this.#round;
    if (round === undefined) return;
    try {
      runtime.frozen = true;
      round.endEvent = runtime.journal.append({ type: "roundEnd", roundId: round.roundId });
    } catch (error) {
      // The disk is behind: the round goes on being over, and this is tried again.
      runtime.frozen = false;
      this.#state = { phase: "playing" };
      if (codeOf(error) === "BLOCK_FULL") return;
      this.#void(error);
      this.#state = lobby();
      return;
    }
    runtime.checkpoint();
    const { roundId } = round;
    this.#ended = this.#endedRound(roundId, runtime.journal.record.round?.end?.heads ?? []);
    for (const seat of runtime.seats.values()) this.greet(seat);
    this.#tell({ phase: "ended", roundId });
  }

  #endedRound(roundId: Hash, heads: readonly LaneHead[]): EndedRound {
    const { runtime, sealVerifier: verifier, nowMs } = this.#options;
    return { roundId, heads, seals: new RoundSeals({ runtime, verifier, nowMs }) };
  }

  async #report(): Promise<RoundOutcome> {
    const { runtime } = this.#options;
    const round = this.#round;
    if (round?.endEvent === undefined) return "done";
    await runtime.whenSequenced(round.endEvent);
    await this.#ended?.seals.finish(this.#options.nowMs() + MAX_SEAL_CHECK_MS);
    if (this.#suspended) return "done";
    const drawn = this.#draw(round);
    if (drawn === undefined) return "done";
    runtime.frozen = false;
    this.#round = undefined;
    // What isn't on disk didn't happen: nobody is asked to sign it.
    await runtime.whenSequenced(drawn.reportEvent);
    const { report, lanes } = drawn;
    return this.#send({ report, lanes, players: round.players }, 0);
  }

  /** The server stopped between the report's place in the ledger and the one on the ZK chain, or right after. */
  async #reportAgain(pending: PendingReport): Promise<RoundOutcome> {
    const { report, players } = pending;
    const { reports, logger } = this.#options;
    if (!(await reports.isSettled(report, players.ids.length))) {
      return this.#send(pending, this.#returnMs, true);
    }
    try {
      // Whoever waited for the news when the server stopped waits still.
      this.#tellReported(pending, await reports.report({ ...toSend(pending, []), again: true }));
    } catch (error) {
      logger.info("what became of an earlier round isn't told again", { error });
    }
    return "done";
  }

  async #send(pending: PendingReport, returnMs: number, again = false): Promise<RoundOutcome> {
    const { reports } = this.#options;
    const coSignatures = await this.#gather(pending, returnMs);
    if (this.#suspended) return "done";
    try {
      this.#tellReported(
        pending,
        await reports.report({ ...toSend(pending, coSignatures), again }),
      );
    } catch (error) {
      // The ledger has the report; only the ZK chain doesn't, so the prizes are what is lost.
      this.#tellVoid(pending.report.roundId, error);
    }
    return "done";
  }

  #tellReported({ report }: PendingReport, reported: ReportedRound): void {
    const { roundId } = report;
    const { coSigned, withheld } = reported;
    if (withheld > 0) {
      this.#options.logger.warn("prizes are withheld", { roundId, coSigned, withheld });
    }
    this.#tell({ phase: "reported", roundId, cap: this.#maxMints, report, ...reported });
  }

  /** Asks the players to co-sign, and waits for them as long as is allowed. A room that closes waits for nobody. */
  async #gather(
    { report, lanes, players }: PendingReport,
    returnMs: number,
  ): Promise<CoSigning["coSignatures"]> {
    const { runtime, zkChainId, settings, nowMs } = this.#options;
    if (this.#state.phase === "stopped") return [];
    const coSigning = new CoSigning({
      zkChainId,
      report,
      lanes,
      players,
      seats: runtime.seats.values(),
      sessionKeyOf: (seat) => this.#sessionKeyOf(seat),
      untilMs: nowMs() + returnMs + settings.coSignGraceMs,
    });
    this.#coSigning = coSigning;
    await coSigning.finished;
    this.#coSigning = undefined;
    return coSigning.coSignatures;
  }

  /**
   * Takes the place of those who didn't sign, lets the game say how it went, and puts that into the ledger:
   * all in one go, so that nothing comes between.
   */
  #draw(round: OpenRound): DrawnReport | undefined {
    const { runtime } = this.#options;
    try {
      this.#ended?.seals.dropUnsealed();
      const report = { ...runtime.journal.draftReport(), ...runtime.program.report() };
      const lanes = runtime.journal.reportedLanes();
      const reportEvent = runtime.journal.append({ type: "report", report });
      runtime.program.roundClose();
      runtime.checkpoint();
      return { report, reportEvent, lanes };
    } catch (error) {
      if (this.#round === round) this.#void(error);
      return undefined;
    }
  }

  /** Ends the open round without a report. Its prizes are never minted. */
  #void(cause: unknown): void {
    const { runtime, logger } = this.#options;
    const round = this.#round;
    this.#round = undefined;
    this.#ended = undefined;
    runtime.frozen = false;
    if (round === undefined) return;
    const { roundId } = round;
    try {
      runtime.journal.append({ type: "roundVoid", roundId, code: codeOf(cause) });
      runtime.program.roundClose();
    } catch (error) {
      logger.error("a void round could not be written into the log", { roundId, error });
    }
    this.#tellVoid(roundId, cause);
  }

  #tellVoid(roundId: Hash, cause: unknown): void {
    const code = codeOf(cause);
    const at = errorPlace(cause);
    this.#options.logger.warn("a round is void", { roundId, code, at, cause });
    this.#tell({ phase: "void", roundId, code, cause });
  }

  #tell(change: RoundChange): void {
    const news = newsOf(change);
    if (news !== undefined) {
      this.#news = news;
      for (const { peer } of this.#options.runtime.seats.values()) peer?.send(Message.round, news);
    }
    this.#options.onChange(change);
  }
}

const toSend = ({ report, players }: PendingReport, coSignatures: CoSigning["coSignatures"]) => ({
  report,
  players: players.ids,
  coSignatures,
});
