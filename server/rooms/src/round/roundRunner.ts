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
import { codeOf, RoomsError } from "../errors.ts";
import type { RoomRuntime } from "../room/roomRuntime.ts";
import type { Seat } from "../room/seat.ts";
import type { AnyGame, RoomSettings, RoundUpdate } from "../types.ts";
import { CoSigning } from "./coSigning.ts";
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
  readonly reports: Pick<RoundReports, "open" | "report">;
  readonly logger: Logger;
  readonly nowMs: () => number;
  readonly onChange: (change: RoundChange) => void;
};

type OpenRound = {
  readonly roundId: Hash;
  readonly cap: number;
  readonly players: RoundPlayers;
  endEvent: number | undefined;
};

/** A round that is over, from its end until it is reported or void. */
type EndedRound = { readonly roundId: Hash; readonly heads: readonly LaneHead[] };

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

  /** Looks at the room and does what follows. Called after every tick and beat. */
  step(): void {
    const { runtime, nowMs } = this.#options;
    if (this.#state.phase === "stopped") return;
    const { state, effect } = observeRound(
      this.#state,
      {
        nowMs: nowMs(),
        players: runtime.seats.size,
        over: runtime.program.roundOver,
        allSealed: this.#state.phase === "sealing" && this.#unsealedLanes().length === 0,
      },
      this.#rules,
    );
    this.#state = state;
    if (effect !== undefined) this.#do(effect);
    this.#coSigning?.step(nowMs());
  }

  /** Tells a player who came back what is wanted now. */
  greet(seat: Seat): void {
    const { peer, lane } = seat;
    const head = this.#ended?.heads[lane];
    if (this.#ended === undefined || head === undefined) return;
    peer?.send(Message.sealRequest, { roundId: this.#ended.roundId, head } satisfies SealRequest);
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
    this.#coSigning?.close();
    await this.#working;
  }

  #do(effect: RoundEffect): void {
    if (effect === "end") {
      this.#end();
      return;
    }
    const work = effect === "open" ? this.#open() : this.#report();
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
    this.#ended = { roundId, heads: runtime.journal.record.round?.end?.heads ?? [] };
    for (const seat of runtime.seats.values()) this.greet(seat);
    this.#tell({ phase: "ended", roundId });
  }

  /** Lanes that were in the round, are still in the room, and aren't signed up to the round's end. */
  #unsealedLanes(): number[] {
    const { runtime } = this.#options;
    const { record } = runtime.journal;
    const ended = record.round?.end?.heads.length ?? 0;
    const sealed = new Set(runtime.journal.fullySealedLanes());
    return [...runtime.seats.keys()].filter((lane) => lane < ended && !sealed.has(lane));
  }

  async #report(): Promise<RoundOutcome> {
    const { runtime, reports, logger } = this.#options;
    const round = this.#round;
    if (round?.endEvent === undefined) return "done";
    await runtime.whenSequenced(round.endEvent);
    const drawn = this.#draw(round);
    if (drawn === undefined) return "done";
    runtime.frozen = false;
    this.#round = undefined;
    // What isn't on disk didn't happen: nobody is asked to sign it.
    await runtime.whenSequenced(drawn.reportEvent);
    const coSignatures = await this.#gather(drawn, round.players);
    const { roundId, cap, players } = round;
    const { report } = drawn;
    let reported: ReportedRound;
    try {
      reported = await reports.report({ report, players: players.ids, coSignatures });
    } catch (error) {
      // The ledger has the report; only the ZK chain doesn't, so the prizes are what is lost.
      this.#tellVoid(roundId, error);
      return "done";
    }
    const { coSigned, withheld } = reported;
    if (withheld > 0) logger.warn("prizes are withheld", { roundId, coSigned, withheld });
    this.#tell({ phase: "reported", roundId, cap, report, ...reported });
    return "done";
  }

  /** Asks the players to co-sign, and waits for them as long as is allowed. A room that closes waits for nobody. */
  async #gather(
    { report, lanes }: DrawnReport,
    players: RoundPlayers,
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
      untilMs: nowMs() + settings.coSignGraceMs,
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
      for (const lane of this.#unsealedLanes()) {
        const seat = runtime.seats.get(lane);
        if (seat !== undefined) runtime.dropUnsealed(seat);
      }
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
    this.#options.logger.warn("a round is void", { roundId, code, cause });
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
