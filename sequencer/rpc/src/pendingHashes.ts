import type { Hash } from "@weft/protocol";
import { RpcError } from "./errors.ts";
import { MAX_FEED_LISTENERS, MAX_PENDING_HASHES } from "./limits.ts";

type Listener = (hash: Hash) => void;

/** The transactions that came in last, for those who watch the mempool. */
export class PendingHashes {
  /** A ring: the hash with sequence number n is at n modulo its length. */
  readonly #recent: Hash[] = [];
  readonly #listeners = new Set<{ readonly tell: Listener }>();
  #count = 0;

  /** How many there have been: where `since` begins for who comes now. */
  get count(): number {
    return this.#count;
  }

  add(hash: Hash): void {
    this.#recent[this.#count % MAX_PENDING_HASHES] = hash;
    this.#count++;
    for (const { tell } of this.#listeners) tell(hash);
  }

  /** What came after the first `count`; only the newest `MAX_PENDING_HASHES` are known. */
  since(count: number): Hash[] {
    const hashes: Hash[] = [];
    for (let n = Math.max(count, this.#count - MAX_PENDING_HASHES); n < this.#count; n++) {
      const hash = this.#recent[n % MAX_PENDING_HASHES];
      if (hash !== undefined) hashes.push(hash);
    }
    return hashes;
  }

  /** @returns how to stop listening. @throws RpcError SUBSCRIPTION_LIMIT */
  subscribe(tell: Listener): () => void {
    if (this.#listeners.size >= MAX_FEED_LISTENERS) {
      throw new RpcError("SUBSCRIPTION_LIMIT", "the node has too many subscriptions");
    }
    const own = { tell };
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }
}
