/**
 * Follows a target that wanders, as estimates of another machine's clock do: runs evenly, a little faster or slower
 * while it is off. What is drawn by it doesn't jump.
 */
export class SlewedClock {
  readonly #unitMs: number;
  readonly #maxSlew: number;
  readonly #jumpMs: number;
  #value: number | undefined;
  #atMs = 0;

  /**
   * @param unitMs What a step of 1 takes, in ms.
   * @param maxSlew How much faster or slower it may run: 0.1 is a tenth.
   * @param jumpMs From how far off on it jumps.
   */
  constructor({ unitMs, maxSlew, jumpMs }: { unitMs: number; maxSlew: number; jumpMs: number }) {
    this.#unitMs = unitMs;
    this.#maxSlew = maxSlew;
    this.#jumpMs = jumpMs;
  }

  /** @returns where it will be at `nowMs`, a moment after it was last asked; undefined before the first time. */
  at(nowMs: number): number | undefined {
    if (this.#value === undefined) return undefined;
    return this.#value + Math.max(0, nowMs - this.#atMs) / this.#unitMs;
  }

  /** @returns where it is at `nowMs`, between `min` and `max`. */
  follow(target: number, nowMs: number, { min, max }: { min: number; max: number }): number {
    const step = Math.max(0, nowMs - this.#atMs) / this.#unitMs;
    this.#atMs = nowMs;
    const even = this.#value === undefined ? Number.NaN : this.#value + step;
    const offMs = (target - even) * this.#unitMs;
    if (Math.abs(offMs) <= this.#jumpMs) {
      // Full speed while it is more than two units off; slower the nearer it comes.
      const slew = Math.min(Math.max((target - even) / 2, -1), 1) * this.#maxSlew;
      this.#value = even + step * slew;
    } else {
      this.#value = target;
    }
    this.#value = Math.min(Math.max(this.#value, min), max);
    return this.#value;
  }
}
