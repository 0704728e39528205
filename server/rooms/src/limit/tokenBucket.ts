/** What a token is counted in, so that whole numbers are enough: a second has as many ms. */
const PARTS = 1000;

/**
 * Lets `burst` things pass at once and `perSecond` on average. Time comes in as an argument. Every message takes from one, so
 * it counts in numbers of 31 bits, which V8 keeps in the object itself: time, too, which therefore goes round.
 */
export class TokenBucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #parts: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst * PARTS;
    this.#parts = this.#burst;
    this.#atMs = nowMs | 0;
  }

  /** @returns whether there was a token to take. */
  take(nowMs: number): boolean {
    const atMs = nowMs | 0;
    const elapsedMs = (atMs - this.#atMs) | 0;
    this.#atMs = atMs;
    // A clock that was set back gives nothing and takes nothing; nor does a rest of over 24 days.
    if (elapsedMs > 0) {
      this.#parts = Math.min(this.#burst, this.#parts + elapsedMs * this.#perSecond);
    }
    if (this.#parts < PARTS) return false;
    this.#parts -= PARTS;
    return true;
  }
}
