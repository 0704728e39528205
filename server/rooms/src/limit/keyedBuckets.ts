import { TokenBucket } from "./tokenBucket.ts";

/** A token bucket for each key; of the keys, only the newest `maxKeys` are remembered. */
export class KeyedBuckets {
  readonly #buckets = new Map<string, TokenBucket>();
  readonly #limits: { perSecond: number; burst: number; maxKeys: number };

  constructor(limits: { perSecond: number; burst: number; maxKeys: number }) {
    this.#limits = limits;
  }

  take(key: string, nowMs: number): boolean {
    const { perSecond, burst, maxKeys } = this.#limits;
    const bucket = this.#buckets.get(key) ?? new TokenBucket(perSecond, burst, nowMs);
    // Moves the key to the end: the one that was used longest ago goes first.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > maxKeys) {
      for (const [oldest] of this.#buckets) {
        this.#buckets.delete(oldest);
        break;
      }
    }
    return bucket.take(nowMs);
  }
}
