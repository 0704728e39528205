import type { Value } from "@weft/protocol";
import { MAX_PREDICTED_ACTIONS } from "../limits.ts";

export type PendingAction = {
  readonly seq: number;
  readonly action: string;
  readonly input: Value;
  readonly sentMs: number;
  /** The tick before which the server will presumably run it. */
  tick: number;
  /** Not part of what is shown yet. */
  isFresh: boolean;
};

/** The player's actions that the state doesn't show yet, oldest first. */
export class PendingActions {
  #actions: PendingAction[] = [];

  get count(): number {
    return this.#actions.length;
  }

  get hasFresh(): boolean {
    return this.#actions.at(-1)?.isFresh ?? false;
  }

  /** With too many waiting it isn't predicted; it is on its way all the same. */
  add(action: Omit<PendingAction, "isFresh">): void {
    if (this.#actions.length >= MAX_PREDICTED_ACTIONS) return;
    this.#actions.push({ ...action, isFresh: true });
  }

  /**
   * The state at tick `tick` shows all up to number `applied`. What should have been in it and isn't was held up, and comes
   * in the next tick at the earliest.
   * @returns when `applied` was sent, the first time.
   */
  acknowledge(applied: number, tick: number): number | undefined {
    const newest = this.#actions.find(({ seq }) => seq === applied);
    this.#actions = this.#actions.filter(({ seq }) => seq > applied);
    for (const action of this.#actions) action.tick = Math.max(action.tick, tick + 1);
    return newest?.sentMs;
  }

  takeFresh(): void {
    for (const action of this.#actions) action.isFresh = false;
  }

  /** What runs before tick `tick`. */
  *before(tick: number): Generator<PendingAction> {
    for (const action of this.#actions) if (action.tick === tick && !action.isFresh) yield action;
  }
}
