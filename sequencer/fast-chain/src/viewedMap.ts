import { assert } from "@weft/protocol";

/** A map's entries as they were when the view was made. */
export interface MapView<K, V> extends Iterable<readonly [K, V]> {
  /** Lets go of what it holds. */
  close(): void;
}

/**
 * A map of which a view can be read, a piece at a time, while the map goes on changing. Making a view
 * copies nothing: while it is open, the first change of an entry puts the old one aside.
 */
export class ViewedMap<K, V extends object> {
  readonly #entries = new Map<K, V>();
  /** What changed since the view was made, as it was; undefined for what wasn't there. */
  #replaced: Map<K, V | undefined> | undefined;

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  keys(): IterableIterator<K> {
    return this.#entries.keys();
  }

  values(): IterableIterator<V> {
    return this.#entries.values();
  }

  set(key: K, value: V): void {
    this.#putAside(key);
    this.#entries.set(key, value);
  }

  delete(key: K): void {
    this.#putAside(key);
    this.#entries.delete(key);
  }

  /**
   * One at a time. An entry that changes after it was read may come a second time, the same as before:
   * telling would cost a note of everything that was read.
   */
  view(): MapView<K, V> {
    assert(this.#replaced === undefined, "one view of a map at a time");
    const replaced = new Map<K, V | undefined>();
    this.#replaced = replaced;
    const entries = this.#entries;
    return {
      *[Symbol.iterator]() {
        for (const entry of entries) if (!replaced.has(entry[0])) yield entry;
        for (const [key, value] of replaced) if (value !== undefined) yield [key, value] as const;
      },
      close: () => {
        if (this.#replaced === replaced) this.#replaced = undefined;
      },
    };
  }

  #putAside(key: K): void {
    const replaced = this.#replaced;
    if (replaced === undefined || replaced.has(key)) return;
    replaced.set(key, this.#entries.get(key));
  }
}
