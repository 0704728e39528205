/**
 * The newest entries of something that is read in both directions from a point in time: later ones come in
 * order, and so do earlier ones, backwards. Holds up to twice its bound.
 */
export class NewestMap<Key, Value> {
  readonly #bound: number;
  /** Oldest first. */
  readonly #later = new Map<Key, Value>();
  /** Newest first. */
  readonly #earlier = new Map<Key, Value>();
  /** Set once some were forgotten: an earlier one would leave a hole. */
  #isFull = false;

  constructor(bound: number) {
    this.#bound = bound;
  }

  get(key: Key): Value | undefined {
    return this.#later.get(key) ?? this.#earlier.get(key);
  }

  /** Whatever is older than the bound allows is forgotten. */
  addLater(key: Key, value: Value): void {
    this.#later.set(key, value);
    if (this.#later.size <= this.#bound) return;
    // These are all older than any of the others.
    this.#earlier.clear();
    this.#isFull = true;
    this.#later.delete(this.#later.keys().next().value as Key);
  }

  /** Does nothing once there are enough. */
  addEarlier(key: Key, value: Value): void {
    if (!this.#isFull && this.#earlier.size < this.#bound) this.#earlier.set(key, value);
  }

  /** In the order of their adding. */
  newestFirst(): Value[] {
    return [...[...this.#later.values()].reverse(), ...this.#earlier.values()];
  }
}
