import type { Schema } from "@colyseus/schema";
import {
  copyState,
  createPredictedGame,
  createStateCopy,
  type Game,
  type KnownGame,
  type Player,
  type PredictedGame,
  type StateCopy,
} from "@weft/game";
import type { Hash, StateStamp, Value } from "@weft/protocol";
import type { z } from "zod";
import type { RoomActions, SentAction } from "../game.ts";
import {
  CORRECTION_SMOOTH_MS,
  INTERPOLATION_DELAY_MS,
  MAX_PREDICTED_MS,
  MAX_PREDICTED_TICKS,
} from "../limits.ts";
import { createListeners, type Listeners, type Unsubscribe } from "../room/listeners.ts";
import {
  type Entity,
  type EntityField,
  entityFields,
  type FieldNames,
  fieldsOfEntity,
  findByKey,
} from "./entities.ts";
import { type KnownStamp, toKnownStamp } from "./knownStamp.ts";
import {
  OthersInterpolation,
  type OthersOptions,
  type StateSource,
} from "./othersInterpolation.ts";
import { OwnReconciler } from "./ownReconciler.ts";
import { PendingActions } from "./pendingActions.ts";
import type {
  Correction,
  PredictedRoom,
  Prediction,
  PredictionStats,
  PredictOptions,
} from "./prediction.ts";
import { ServerTimeline } from "./serverTimeline.ts";
import { SlewedClock } from "./slewedClock.ts";

/** Corrections that are smaller are rounding. */
const LEAST_CORRECTION = 1e-6;
/** The address that prizes of others go to isn't known, and nothing that is predicted is paid. */
const NO_PAYOUT = `0x${"00".repeat(20)}` as const;
const UNKNOWN_LANE = -1;

/** See `Prediction`. */
export class RoomPrediction<State extends Schema, Inputs extends Record<string, z.ZodType>>
  implements Prediction<Game<State, Inputs>>
{
  readonly act: RoomActions<Game<State, Inputs>>;
  readonly #room: PredictedRoom<Game<State, Inputs>>;
  readonly #options: PredictOptions<State>;
  readonly #smooth: FieldNames;
  readonly #fields: readonly EntityField[];
  readonly #tickMs: number;
  readonly #maxAhead: number;
  readonly #game: PredictedGame<State>;
  readonly #shown: StateCopy<State>;
  readonly #pending = new PendingActions();
  readonly #players = new Map<string, Player>();
  readonly #corrections: Listeners<Correction> = createListeners((cause) =>
    console.error("weft: a listener for corrections threw", cause),
  );
  readonly #unsubscribe: readonly Unsubscribe[];
  /** They follow estimates of the server's, one ahead of it, one behind. */
  #timeline: ServerTimeline;
  #ownClock: SlewedClock;
  #othersClock: SlewedClock;
  #others: OthersInterpolation | undefined;
  /** The state that `#others` listens to. A server that was started anew gives another one. */
  #source: State | undefined;
  /** What the next patch will show, and what the state shows; undefined while that isn't known. */
  #expected: KnownStamp | undefined;
  #known: KnownStamp | undefined;
  /** The state or what is known of it has changed since the last frame. */
  #isNew = true;
  #sim: OwnReconciler | undefined;
  #ticksRun = 0;
  #correctionCount = 0;
  #lastCorrection = 0;

  constructor(
    room: PredictedRoom<Game<State, Inputs>>,
    game: Game<State, Inputs>,
    options: PredictOptions<State>,
  ) {
    this.#room = room;
    this.#options = options;
    this.#smooth = { linear: options.smooth ?? ["x", "y"], angles: options.angles ?? [] };
    this.#fields = entityFields(game.state, this.#smooth);
    this.#tickMs = 1000 / game.tickRateHz;
    this.#maxAhead = Math.min(Math.ceil(MAX_PREDICTED_MS / this.#tickMs), MAX_PREDICTED_TICKS);
    this.#game = createPredictedGame(game);
    this.#shown = createStateCopy(game.state);
    this.#shown.update(room.state);
    this.#timeline = new ServerTimeline(this.#tickMs);
    this.#ownClock = this.#createClock(0.1, 500);
    this.#othersClock = this.#createClock(0.25, 1000);
    this.act = this.#createActions(game);
    this.#unsubscribe = [
      room.onStamp((stamp) => this.#onStamp(stamp)),
      room.onStateChange(() => this.#onStateChange()),
    ];
  }

  get state(): State {
    return this.#shown.state;
  }

  get own(): Schema | undefined {
    return this.#ownOf(this.#shown.state);
  }

  get stats(): PredictionStats {
    return {
      isPredicting: this.#sim !== undefined,
      rttMs: this.#timeline.rttMs,
      knownTick: this.#known?.tick ?? 0,
      drawnTick: this.#sim?.newestTick ?? this.#known?.tick ?? 0,
      pendingActions: this.#pending.count,
      ticksRun: this.#ticksRun,
      corrections: this.#correctionCount,
      lastCorrection: this.#lastCorrection,
      guesses: this.#game.guesses,
    };
  }

  onCorrection(listener: (correction: Correction) => void): Unsubscribe {
    return this.#corrections.add(listener);
  }

  update(nowMs = this.#now()): void {
    this.#ticksRun = 0;
    const isNew = this.#isNew;
    if (isNew) this.#shown.update(this.#room.state);
    if (this.#known === undefined) return;
    this.#isNew = false;
    this.#followSource(this.#known);
    if (isNew) this.#correct(this.#known);
    const own = this.own as Entity | undefined;
    this.#drawOthers(this.#known, nowMs, this.#sim === undefined ? undefined : own);
    if (this.#sim !== undefined && own !== undefined) {
      this.#advance(this.#sim, this.#known, nowMs);
      this.#drawOwn(this.#sim, own);
    }
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#others?.stop();
    this.#sim?.dispose();
    this.#sim = this.#others = this.#known = undefined;
  }

  #createClock(maxSlew: number, jumpMs: number): SlewedClock {
    return new SlewedClock({ unitMs: this.#tickMs, maxSlew, jumpMs });
  }

  #now(): number {
    return this.#options.now?.() ?? performance.now();
  }

  #onStamp(stamp: StateStamp): void {
    // No patch came since the last one: then there was nothing to change.
    if (this.#expected !== undefined) this.#know(this.#expected);
    this.#expected = toKnownStamp(stamp, this.#now());
    this.#others?.expect(this.#expected.tick);
    this.#timeline.noteStamp(this.#expected);
  }

  #onStateChange(): void {
    this.#isNew = true;
    if (this.#room.state === this.#source) this.#others?.see(this.#room.state);
    // A whole state comes without a stamp, after joining and after every reconnection.
    if (this.#expected === undefined) this.#known = undefined;
    else this.#know(this.#expected);
    this.#expected = undefined;
  }

  #know(stamp: KnownStamp): void {
    if (this.#known !== undefined && stamp.tick < this.#known.tick) this.#startOver();
    const sentMs = this.#pending.acknowledge(stamp.applied, stamp.tick);
    if (sentMs !== undefined) this.#timeline.noteAcknowledged(stamp, sentMs);
    this.#known = stamp;
    this.#isNew = true;
  }

  /** A server that was started anew is a little behind what it had said before. */
  #startOver(): void {
    this.#sim?.dispose();
    this.#sim = undefined;
    this.#timeline = new ServerTimeline(this.#tickMs);
    this.#ownClock = this.#createClock(0.1, 500);
    this.#othersClock = this.#createClock(0.25, 1000);
  }

  #followSource({ tick }: KnownStamp): void {
    const { state, colyseus } = this.#room;
    if (state === this.#source) return;
    this.#source = state;
    this.#others?.stop();
    const options: OthersOptions = {
      source: colyseus as unknown as StateSource,
      fields: this.#fields,
      tickMs: this.#tickMs,
      snap: this.#options.snap ?? 0,
      delayMs: this.#options.delayMs ?? INTERPOLATION_DELAY_MS,
    };
    this.#others = new OthersInterpolation(options, tick);
    this.#others.see(state);
  }

  /** There is news: goes back to what is known and runs what isn't known yet on top of it. */
  #correct(known: KnownStamp): void {
    if (this.#ownOf(this.#room.state) === undefined) {
      this.#sim?.dispose();
      this.#sim = undefined;
      return;
    }
    if (this.#sim === undefined) {
      this.#sim = this.#createReconciler(known);
      return;
    }
    const distance = this.#sim.correct(known.tick);
    if (distance <= LEAST_CORRECTION) return;
    this.#correctionCount++;
    this.#lastCorrection = distance;
    this.#corrections.emit({ tick: known.tick, distance });
  }

  #createReconciler({ tick }: KnownStamp): OwnReconciler {
    this.#game.reset(this.#knownGame());
    return new OwnReconciler({
      game: this.#game,
      tickMs: this.#tickMs,
      tick,
      smoothMs: this.#options.smoothMs ?? CORRECTION_SMOOTH_MS,
      snap: this.#options.snap ?? 0,
      step: (next) => this.#step(next),
      adopt: () => this.#game.reset(this.#knownGame()),
      pose: this.#createPose(),
    });
  }

  #step(tick: number): void {
    this.#ticksRun++;
    for (const action of this.#pending.before(tick)) {
      this.#game.act(this.#room.sessionId, action);
    }
    this.#game.advance();
  }

  #knownGame(): KnownGame<State> {
    const { state, round } = this.#room;
    const { tick = 0, tickMs = 0, ticksLeft = null } = this.#known ?? {};
    const { roundId: id, cap } =
      round?.phase === "opened" ? round : { roundId: `0x${"00".repeat(32)}` as const, cap: 0 };
    return {
      state,
      tick,
      tickMs,
      players: this.#playersOf(state),
      round: ticksLeft === null ? undefined : { id, cap, ticksLeft },
    };
  }

  #ownOf(state: State): Schema | undefined {
    const { own } = this.#options;
    const { sessionId } = this.#room;
    return own === undefined ? findByKey(state, sessionId)?.entity : own(state, sessionId);
  }

  #playersOf(state: State): readonly Player[] {
    const { sessionId, lane } = this.#room;
    const ids = new Set(
      this.#options.players?.(state) ?? findByKey(state, sessionId)?.keys ?? [sessionId],
    );
    for (const id of this.#players.keys()) if (!ids.has(id)) this.#players.delete(id);
    for (const id of ids) {
      if (this.#players.has(id)) continue;
      const known = id === sessionId ? lane : UNKNOWN_LANE;
      this.#players.set(id, Object.freeze({ id: id as Hash, lane: known, payout: NO_PAYOUT }));
    }
    return [...this.#players.values()];
  }

  /** Reads the own part's smooth fields. Angles come out without their jumps from one end to the other. */
  #createPose(): () => Record<string, number> {
    const pose: Record<string, number> = {};
    const { linear, angles } = this.#ownFields();
    return () => {
      const own = this.#ownOf(this.#game.state) as Entity | undefined;
      // While it is gone in the prediction, it stays where it was.
      if (own === undefined) return pose;
      for (const name of linear) pose[name] = Number(own[name]);
      for (const name of angles) {
        const before = pose[name] ?? Number(own[name]);
        const turn = Number(own[name]) - before;
        pose[name] = before + Math.atan2(Math.sin(turn), Math.cos(turn));
      }
      return pose;
    };
  }

  #ownFields(): FieldNames {
    const own = this.#ownOf(this.#game.state) as Entity | undefined;
    return own === undefined ? { linear: [], angles: [] } : fieldsOfEntity(own, this.#smooth);
  }

  #advance(sim: OwnReconciler, { tick }: KnownStamp, nowMs: number): void {
    if (this.#pending.hasFresh) {
      this.#pending.takeFresh();
      sim.rerun();
    }
    const range = { min: tick, max: tick + this.#maxAhead };
    const drawn = this.#ownClock.follow(this.#timeline.tickAtArrival(nowMs), nowMs, range);
    const next = Math.min(Math.floor(drawn) + 1, range.max);
    sim.tick(nowMs);
    sim.advanceTo(next, Math.min(1, drawn - (next - 1)));
  }

  #drawOthers({ tick }: KnownStamp, nowMs: number, own: Entity | undefined): void {
    const target =
      this.#timeline.tickSeen(nowMs) -
      (this.#options.delayMs ?? INTERPOLATION_DELAY_MS) / this.#tickMs;
    const drawn = this.#othersClock.follow(target, nowMs, { min: 0, max: tick });
    this.#others?.draw(drawn, nowMs, this.#room.state, this.#shown.state, own);
  }

  #drawOwn(sim: OwnReconciler, own: Entity): void {
    const predicted = this.#ownOf(this.#game.state);
    if (predicted !== undefined && predicted.constructor === own.constructor) {
      copyState(predicted, own);
    }
    const pose = sim.pose();
    for (const [name, value] of Object.entries(pose))
      (own as Record<string, unknown>)[name] = value;
  }

  #createActions(game: Game<State, Inputs>): RoomActions<Game<State, Inputs>> {
    const acts = this.#room.act as Record<string, (input?: unknown) => SentAction>;
    const actions: Record<string, (input?: unknown) => SentAction> = Object.create(null);
    for (const name of Object.keys(game.actions)) {
      actions[name] = (input = null) => {
        const sent = acts[name]?.(input) as SentAction;
        this.#note(sent.seq, name, input as Value);
        return sent;
      };
    }
    return Object.freeze(actions) as RoomActions<Game<State, Inputs>>;
  }

  #note(seq: number, action: string, input: Value): void {
    const sentMs = this.#now();
    const drawn = this.#ownClock.at(sentMs) ?? 0;
    const tick = Math.max(Math.floor(drawn), this.#known?.tick ?? 0) + 1;
    // The application may go on using what it gave.
    this.#pending.add({ seq, action, input: structuredClone(input), sentMs, tick });
  }
}
