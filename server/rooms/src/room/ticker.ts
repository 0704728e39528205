import { MAX_CATCH_UP_TICKS } from "../limits.ts";
import { EARLY_MS, Pace, type PaceClock, type Turn } from "./pace.ts";

const systemClock: PaceClock = {
  now: () => performance.now(),
  // Timers of Node count whole ms, and would mostly come too early for what is due.
  setTimeout: (callback, ms) =>
    ms > 0 ? setTimeout(callback, Math.ceil(ms)) : setImmediate(callback),
  clearTimeout: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

/** By clock, then by the period in ms. There are as many as games have rates. */
const paces = new WeakMap<PaceClock, Map<number, Pace>>();

function paceOf(clock: PaceClock, periodMs: number): Pace {
  const ofClock = paces.get(clock) ?? new Map<number, Pace>();
  paces.set(clock, ofClock);
  const pace = ofClock.get(periodMs) ?? new Pace(periodMs, clock);
  ofClock.set(periodMs, pace);
  return pace;
}

/**
 * Calls back `rateHz` times a second, together with others of the same rate. Each tick is due at a fixed time after the first, so
 * that late timers don't add up; after a hitch at most `MAX_CATCH_UP_TICKS` are made up for and the rest is dropped, which
 * harms nothing since ticks are recorded in the ledger as they happened.
 */
export class Ticker {
  readonly #periodMs: number;
  readonly #tick: () => void;
  readonly #turn: Turn;
  #dueMs: number;
  #stopped = false;

  constructor(rateHz: number, tick: () => void, clock: PaceClock = systemClock) {
    this.#periodMs = 1000 / rateHz;
    this.#tick = tick;
    this.#turn = paceOf(clock, this.#periodMs).enter(this);
    this.#dueMs = this.#turn.nextMs(clock.now());
  }

  stop(): void {
    this.#stopped = true;
    this.#turn.leave(this);
  }

  /** For its pace. */
  run(nowMs: number): void {
    const untilMs = nowMs + EARLY_MS;
    for (let ran = 0; ran < MAX_CATCH_UP_TICKS && this.#dueMs <= untilMs && !this.#stopped; ran++) {
      this.#dueMs += this.#periodMs;
      this.#tick();
    }
    if (this.#dueMs <= untilMs) this.#dueMs = this.#turn.nextMs(nowMs);
  }
}
