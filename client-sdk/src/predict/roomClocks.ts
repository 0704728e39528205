import { MAX_PREDICTED_MS, MAX_PREDICTED_TICKS } from "../limits.ts";
import type { KnownStamp } from "./knownStamp.ts";
import { ServerTimeline } from "./serverTimeline.ts";
import { SlewedClock } from "./slewedClock.ts";

/** What is drawn when, in ticks of the room with fractions: the own part ahead of what is known, others behind it. */
export class RoomClocks {
  readonly timeline: ServerTimeline;
  readonly #own: SlewedClock;
  readonly #others: SlewedClock;
  readonly #delayTicks: number;
  readonly #maxAhead: number;

  /** @param tickMs What a tick takes. @param delayMs How far in the past others are drawn. */
  constructor(tickMs: number, delayMs: number) {
    this.timeline = new ServerTimeline(tickMs);
    // A tenth faster or slower is nothing that players feel; others may hurry more, after a pause in the patches.
    this.#own = new SlewedClock({ unitMs: tickMs, maxSlew: 0.1, jumpMs: 500 });
    this.#others = new SlewedClock({ unitMs: tickMs, maxSlew: 0.25, jumpMs: 1000 });
    this.#delayTicks = delayMs / tickMs;
    this.#maxAhead = Math.min(Math.ceil(MAX_PREDICTED_MS / tickMs), MAX_PREDICTED_TICKS);
  }

  /** The tick before which the server will presumably run what is sent at `nowMs`. */
  tickOfAction(nowMs: number): number {
    return Math.floor(this.#own.at(nowMs) ?? 0) + 1;
  }

  /** The own part's tick, and how much of it is to be drawn, above 0 to 1. */
  drawOwn({ tick }: KnownStamp, nowMs: number): { tick: number; shown: number } {
    const max = tick + this.#maxAhead;
    const drawn = this.#own.follow(this.timeline.tickAtArrival(nowMs), nowMs, { min: tick, max });
    const next = Math.min(Math.floor(drawn) + 1, max);
    return { tick: next, shown: Math.min(1, drawn - (next - 1)) };
  }

  /** The others' tick: none that isn't known. */
  drawOthers({ tick }: KnownStamp, nowMs: number): number {
    const target = this.timeline.tickSeen(nowMs) - this.#delayTicks;
    return this.#others.follow(target, nowMs, { min: 0, max: tick });
  }
}
