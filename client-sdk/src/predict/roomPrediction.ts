import type { Schema } from "@colyseus/schema";
import {
  copyState,
  createPredictedGame,
  createStateCopy,
  type Game,
  type KnownGame,
  type PredictedGame,
  type StateCopy,
} from "@weft/game";
import type { StateStamp, Value } from "@weft/protocol";
import type { z } from "zod";
import type { RoomActions, SentAction } from "../game.ts";
import { CORRECTION_SMOOTH_MS, INTERPOLATION_DELAY_MS } from "../limits.ts";
import { createListeners, type Listeners, type Unsubscribe } from "../room/listeners.ts";
import { type EntityField, entityFields, type FieldNames } from "./entities.ts";
import { type KnownStamp, toKnownStamp } from "./knownStamp.ts";
import {
  OthersInterpolation,
  type OthersOptions,
  type StateSource,
} from "./othersInterpolation.ts";
import { OwnPart } from "./ownPart.ts";
import { OwnReconciler } from "./ownReconciler.ts";
import { PendingActions } from "./pendingActions.ts";
import type {
  Correction,
  PredictedRoom,
  Prediction,
  PredictionStats,
  PredictOptions,
} from "./prediction.ts";
import { RoomClocks } from "./roomClocks.ts";

/** Corrections that are smaller are rounding. */
const LEAST_CORRECTION = 1e-6;
const NO_ROUND = { roundId: `0x${"00".repeat(32)}`, cap: 0 } as const;

/**
 * See `Prediction`. Of the state there are three: the room's, which is what the server has said; the predicted game's,
 * which is run from there; and the one that is shown, a copy of the first with the own part of the second.
 */
export class RoomPrediction<State extends Schema, Inputs extends Record<string, z.ZodType>>
  implements Prediction<Game<State, Inputs>>
{
  readonly act: RoomActions<Game<State, Inputs>>;
  readonly #room: PredictedRoom<Game<State, Inputs>>;
  readonly #smooth: FieldNames;
  readonly #fields: readonly EntityField[];
  readonly #tickMs: number;
  readonly #delayMs: number;
  readonly #smoothMs: number;
  readonly #snap: number;
  readonly #now: () => number;
  readonly #own: OwnPart<State>;
  readonly #game: PredictedGame<State>;
  readonly #shown: StateCopy<State>;
  readonly #pending = new PendingActions();
  readonly #corrections: Listeners<Correction> = createListeners((cause) =>
    console.error("weft: a listener for corrections threw", cause),
  );
  readonly #unsubscribe: readonly Unsubscribe[];
  #clocks: RoomClocks;
  #others: OthersInterpolation | undefined;
  /** The state that `#others` listens to. A server that was started anew gives another one. */
  #source: State | undefined;
  /** What the next patch will show, and what the state shows; undefined while that isn't known. */
  #expected: KnownStamp | undefined;
  #known: KnownStamp | undefined;
  #newestTick = 0;
  /** The state, or what is known of it, has changed since the last frame. */
  #isNew = false;
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
    this.#smooth = { linear: options.smooth ?? ["x", "y"], angles: options.angles ?? [] };
    this.#fields = entityFields(game.state, this.#smooth);
    this.#tickMs = 1000 / game.tickRateHz;
    this.#delayMs = options.delayMs ?? INTERPOLATION_DELAY_MS;
    this.#smoothMs = options.smoothMs ?? CORRECTION_SMOOTH_MS;
    this.#snap = options.snap ?? 0;
    this.#now = options.now ?? (() => performance.now());
    this.#own = new OwnPart(room, options);
    this.#game = createPredictedGame(game);
    this.#shown = createStateCopy(game.state);
    this.#shown.update(room.state);
    this.#clocks = new RoomClocks(this.#tickMs, this.#delayMs);
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
    return this.#own.in(this.#shown.state);
  }

  get stats(): PredictionStats {
    return {
      isPredicting: this.#sim !== undefined,
      rttMs: this.#clocks.timeline.rttMs,
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
    this.#isNew = false;
    if (isNew) this.#shown.update(this.#room.state);
    // While nothing is known of the state, such as after a reconnection, it is shown as it is.
    if (this.#known === undefined) return;
    this.#followSource(this.#known);
    if (isNew) this.#correct(this.#known);
    this.#drawOthers(this.#known, nowMs);
    if (this.#sim !== undefined) this.#drawOwn(this.#sim, this.#known, nowMs);
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#others?.stop();
    this.#sim?.dispose();
    this.#sim = this.#others = this.#known = undefined;
  }

  #onStamp(stamp: StateStamp): void {
    // No patch came since the last one: then there was nothing to change.
    if (this.#expected !== undefined) this.#know(this.#expected);
    this.#expected = toKnownStamp(stamp, this.#now());
    if (this.#expected.tick < this.#newestTick) this.#startOver();
    this.#newestTick = this.#expected.tick;
    this.#others?.expect(this.#expected.tick);
    this.#clocks.timeline.noteStamp(this.#expected);
  }

  #onStateChange(): void {
    const { state } = this.#room;
    this.#isNew = true;
    if (state === this.#source) this.#others?.see(state);
    // A whole state comes without a stamp, after joining and after every reconnection.
    if (this.#expected === undefined) this.#known = undefined;
    else this.#know(this.#expected);
    this.#expected = undefined;
  }

  #know(stamp: KnownStamp): void {
    const sentMs = this.#pending.acknowledge(stamp.applied, stamp.tick);
    if (sentMs !== undefined) this.#clocks.timeline.noteAcknowledged(stamp, sentMs);
    this.#known = stamp;
    this.#isNew = true;
  }

  /** A server that was started anew is a little behind what it had said before. */
  #startOver(): void {
    this.#sim?.dispose();
    this.#sim = this.#known = undefined;
    this.#clocks = new RoomClocks(this.#tickMs, this.#delayMs);
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
      snap: this.#snap,
      delayMs: this.#delayMs,
    };
    this.#others = new OthersInterpolation(options, tick);
    this.#others.see(state);
  }

  /** There is news: goes back to what is known and runs what isn't known yet on top of it. */
  #correct({ tick }: KnownStamp): void {
    if (this.#own.in(this.#room.state) === undefined) {
      this.#sim?.dispose();
      this.#sim = undefined;
      return;
    }
    if (this.#sim === undefined) {
      this.#sim = this.#createReconciler(tick);
      return;
    }
    const distance = this.#sim.correct(tick);
    if (distance <= LEAST_CORRECTION) return;
    this.#correctionCount++;
    this.#lastCorrection = distance;
    this.#corrections.emit({ tick, distance });
  }

  #createReconciler(tick: number): OwnReconciler {
    const adopt = () => this.#game.reset(this.#knownGame());
    adopt();
    return new OwnReconciler({
      tickMs: this.#tickMs,
      tick,
      smoothMs: this.#smoothMs,
      snap: this.#snap,
      step: (next) => this.#step(next),
      adopt,
      pose: this.#own.createPose(this.#game.state, this.#smooth),
    });
  }

  #step(tick: number): void {
    this.#ticksRun++;
    for (const action of this.#pending.before(tick)) this.#game.act(this.#room.sessionId, action);
    this.#game.advance();
  }

  #knownGame(): KnownGame<State> {
    const { state, round } = this.#room;
    const { tick = 0, tickMs = 0, ticksLeft = null } = this.#known ?? {};
    const { roundId: id, cap } = round?.phase === "opened" ? round : NO_ROUND;
    return {
      state,
      tick,
      tickMs,
      players: this.#own.playersIn(state),
      round: ticksLeft === null ? undefined : { id, cap, ticksLeft },
    };
  }

  #drawOthers(known: KnownStamp, nowMs: number): void {
    const drawn = this.#clocks.drawOthers(known, nowMs);
    const except = this.#sim === undefined ? undefined : this.#own.in(this.#shown.state);
    this.#others?.draw(drawn, nowMs, this.#room.state, this.#shown.state, except);
  }

  #drawOwn(sim: OwnReconciler, known: KnownStamp, nowMs: number): void {
    if (this.#pending.hasFresh) {
      this.#pending.takeFresh();
      sim.rerun();
    }
    const { tick, shown } = this.#clocks.drawOwn(known, nowMs);
    sim.tick(nowMs);
    sim.advanceTo(tick, shown);
    const own = this.#own.in(this.#shown.state);
    const predicted = this.#own.in(this.#game.state);
    if (own === undefined) return;
    if (predicted?.constructor === own.constructor) copyState(predicted, own);
    Object.assign(own, sim.pose());
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
    const tick = Math.max(this.#clocks.tickOfAction(sentMs), (this.#known?.tick ?? 0) + 1);
    // The application may go on using what it gave.
    this.#pending.add({ seq, action, input: structuredClone(input), sentMs, tick });
  }
}
