import { ASSUMED_RTT_MS, MAX_TIMING_SAMPLES } from "../limits.ts";
import type { KnownStamp } from "./knownStamp.ts";

/** Stamps and acknowledged actions that an estimate is made of: the newest ones. */
const PHASE_SAMPLES = 9;
const UPLINK_SAMPLES = 15;

/**
 * Where the server is in its ticks, as far as stamps tell. Clocks of two machines have nothing to do with each
 * other: all of this is differences between them, network included.
 */
export class ServerTimeline {
  readonly #tickMs: number;
  /** When a stamp came, less when it was sent: the least of them had the fastest way. */
  readonly #downlinks: number[] = [];
  /** When an action came to the server, less when it was sent. */
  readonly #uplinks: number[] = [];
  /** The room's clock at tick 0, had all ticks been on time. */
  readonly #phases: number[] = [];

  /** @param tickMs What a tick takes. */
  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  noteStamp({ tick, tickMs, sentMs, arrivedMs }: KnownStamp): void {
    push(this.#downlinks, arrivedMs - sentMs, MAX_TIMING_SAMPLES);
    if (tick > 0) push(this.#phases, tickMs - tick * this.#tickMs, PHASE_SAMPLES);
  }

  /** The stamp's newest frame was sent at `sentMs`, by this machine's clock. */
  noteAcknowledged({ appliedMs }: KnownStamp, sentMs: number): void {
    push(this.#uplinks, appliedMs - sentMs, UPLINK_SAMPLES);
  }

  /** There and back, in ms, without what is spent waiting for a patch. */
  get rttMs(): number {
    return this.#uplink() + this.#downlink();
  }

  /** The tick, with fractions, that the server will be at when what is sent at `nowMs` gets there. */
  tickAtArrival(nowMs: number): number {
    return this.#toTick(nowMs + this.#uplink());
  }

  /** The tick, with fractions, that the newest stamp could be of at `nowMs`, had it come the fastest way. */
  tickSeen(nowMs: number): number {
    return this.#toTick(nowMs - this.#downlink());
  }

  #toTick(roomMs: number): number {
    return this.#phases.length === 0 ? 0 : (roomMs - median(this.#phases)) / this.#tickMs;
  }

  #downlink(): number {
    return this.#downlinks.length === 0 ? 0 : Math.min(...this.#downlinks);
  }

  /** The median: an action that was held up by a lost packet says nothing of the next one. */
  #uplink(): number {
    if (this.#uplinks.length === 0) return ASSUMED_RTT_MS - this.#downlink();
    return median(this.#uplinks);
  }
}

function push(list: number[], value: number, limit: number): void {
  list.push(value);
  if (list.length > limit) list.shift();
}

function median(list: readonly number[]): number {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
