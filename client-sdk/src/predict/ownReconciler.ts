import type { InputHandle } from "@colyseus/sdk";
import { SimReconciler } from "@colyseus/sdk/predict";

/**
 * Ticks as Colyseus's rollback knows inputs: number n is tick n of the room, `lastProcessed` the one that the known
 * state is of, `sentCount` the one that is being drawn.
 */
class TickInput {
  readonly epoch = 0;
  readonly subSteps = 1;
  readonly stepMs: number;
  readonly stepSeconds: number;
  lastProcessed: number;
  sentCount: number;
  #listener: () => void = () => {};

  constructor(stepMs: number, tick: number) {
    this.stepMs = stepMs;
    this.stepSeconds = stepMs / 1000;
    this.lastProcessed = this.sentCount = tick;
  }

  get pendingCount(): number {
    return this.sentCount - this.lastProcessed;
  }

  at(tick: number): number | undefined {
    return tick > this.lastProcessed && tick <= this.sentCount ? tick : undefined;
  }

  reckonTimeAt(): number {
    return 0;
  }

  onSend(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = () => {};
    };
  }

  advanceTo(tick: number): void {
    this.sentCount = tick;
    this.#listener();
  }
}

type Pose = Record<string, number>;
/** The world is nobody's here: `step`, `adopt` and `pose` know theirs. */
type World = Record<string, never>;

export type OwnReconcilerOptions = {
  readonly tickMs: number;
  /** The known state's tick. */
  readonly tick: number;
  readonly smoothMs: number;
  readonly snap: number;
  /** Runs the player's actions that come before this tick, then the tick. */
  step(tick: number): void;
  /** Makes the game what is known. */
  adopt(): void;
  /** The numbers that are drawn smoothly. */
  pose(): Pose;
};

/**
 * Colyseus's rollback over a whole game. It differs in what is told from outside: which tick is being drawn and how
 * much of it, by a clock that follows the server's; and that a player's own action is not an error to be
 * smoothed, so that it shows at once.
 */
export class OwnReconciler extends SimReconciler<number, Pose, World> {
  readonly #input: TickInput;
  readonly #snap: number;
  /** How much of the newest tick is drawn, 0 to 1. */
  #shown = 0;

  constructor({ tickMs, tick, smoothMs, snap, step, adopt, pose }: OwnReconcilerOptions) {
    const input = new TickInput(tickMs, tick);
    super({
      input: input as unknown as InputHandle<number>,
      world: {},
      smoothMs,
      snap,
      step: (_context, _world, command) => step(command),
      adopt,
      pose,
    });
    this.#input = input;
    this.#snap = snap;
  }

  /** The tick that is being drawn. */
  get newestTick(): number {
    return this.#input.sentCount;
  }

  /**
   * There is news of the server: goes back to it and on from there.
   * @returns how far off the prediction was, in the pose's units.
   */
  correct(tick: number): number {
    this.#input.lastProcessed = this.lastAcked = tick;
    const before = this.#pose();
    // The server is further than what was drawn: that is no error of the prediction's.
    const isBehind = this.#input.sentCount < tick;
    if (isBehind) this.#input.sentCount = tick;
    this.reconcile(tick);
    if (isBehind) return 0;
    const after = this.#pose();
    return Math.max(0, ...before.map((value, index) => Math.abs(value - (after[index] ?? value))));
  }

  /**
   * Runs all that isn't known yet anew, since the player has done something. It shows at once for as much of the newest
   * tick as is yet to be drawn; for the rest of the tick it is caught up with softly.
   */
  rerun(): void {
    const errors = { ...this.error };
    const before = this.#pose();
    this.reconcile(this.lastAcked);
    this.markDirty();
    const changes = this.#pose().map((value, index) => (before[index] ?? value) - value);
    const isLeap = this.#snap > 0 && changes.some((change) => Math.abs(change) > this.#snap);
    if (isLeap) return;
    this.smoothedFields().forEach((field, index) => {
      this.error[field] = (errors[field] ?? 0) + (changes[index] ?? 0) * this.#shown;
    });
  }

  #pose(): number[] {
    return this.smoothedFields().map((field) => this.readCurrent(field));
  }

  /** Draws tick `tick`, as much of it as `shown` says. Not before the known state's. */
  advanceTo(tick: number, shown: number): void {
    if (tick < this.#input.sentCount) {
      this.#input.sentCount = tick;
      this.reconcile(this.lastAcked);
    }
    this.#input.advanceTo(tick);
    this.#shown = shown;
    this.markDirty();
  }

  protected override renderAlpha(): number {
    return this.#shown;
  }
}
