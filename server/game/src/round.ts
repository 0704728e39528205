import type { Hash, Value } from "@weft/protocol";
import type { Round, RoundRules } from "./types.ts";

/** What opens a round, as the ledger has it. */
export type RoundOpening = { roundId: Hash; cap: number; deadlineMs: number; seed: Hash };

export type RunningRoundValue = {
  readonly id: Hash;
  readonly cap: number;
  readonly deadlineMs: number;
  readonly ticksLeft: number;
};

/** The open round of a running game. */
export class RunningRound implements Round {
  readonly id: Hash;
  readonly cap: number;
  readonly #deadlineMs: number;
  readonly #tickRateHz: number;
  #ticksLeft: number;

  constructor(opening: RoundOpening, rules: RoundRules, tickRateHz: number) {
    this.id = opening.roundId;
    // Both the chain's cap and the game's own hold.
    this.cap = Math.min(opening.cap, rules.maxMints);
    this.#deadlineMs = opening.deadlineMs;
    this.#tickRateHz = tickRateHz;
    this.#ticksLeft = Math.max(1, Math.round(rules.seconds * tickRateHz));
  }

  get ticksLeft(): number {
    return this.#ticksLeft;
  }

  get secondsLeft(): number {
    return this.#ticksLeft / this.#tickRateHz;
  }

  get over(): boolean {
    return this.#ticksLeft === 0;
  }

  countTick(): void {
    if (this.#ticksLeft > 0) this.#ticksLeft--;
  }

  end(): void {
    this.#ticksLeft = 0;
  }

  /** As it was when `toValue` was asked. */
  static restore(value: RunningRoundValue, rules: RoundRules, tickRateHz: number): RunningRound {
    const { id, cap, deadlineMs, ticksLeft } = value;
    // The seed was used up when the round opened.
    const round = new RunningRound({ roundId: id, cap, deadlineMs, seed: id }, rules, tickRateHz);
    round.#ticksLeft = ticksLeft;
    return round;
  }

  /** All of it that the future depends on. */
  toValue(): RunningRoundValue & Value {
    const { id, cap, ticksLeft } = this;
    return { id, cap, deadlineMs: this.#deadlineMs, ticksLeft };
  }
}
