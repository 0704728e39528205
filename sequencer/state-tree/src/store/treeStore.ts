export type StoreEntry = { readonly key: Uint8Array; readonly value: Uint8Array };

/** Puts an entry, or deletes it where the value is undefined. */
export type StoreChange = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

/** What has to be stored for a write to happen: it holds off a second writer. */
export type StoreGuard = { readonly key: Uint8Array; readonly value: Uint8Array | undefined };

/**
 * Where a tree is kept: entries in the lexicographic order of their keys, which are 1 to 64 bytes.
 * Arrays that are handed in or out are never changed by either side.
 */
export interface TreeStore {
  get(key: Uint8Array): Uint8Array | undefined;
  /** The entry with the greatest key from `from`, which isn't above `key`, up to and including `key`. */
  atOrBefore(key: Uint8Array, from: Uint8Array): StoreEntry | undefined;
  /** The entry with the least key from `key` up to and including `to`, which isn't below it. */
  atOrAfter(key: Uint8Array, to: Uint8Array): StoreEntry | undefined;
  /**
   * Makes all changes or none; a later change of the same key wins. They are durable, as far as the
   * store is, and readable when this returns.
   * @throws StateTreeError STORE_CONFLICT when the guard doesn't hold, STORE_FAILED
   */
  write(changes: readonly StoreChange[], guard: StoreGuard): void;
  /** Everything but a second `close` throws CLOSED afterwards. */
  close(): Promise<void>;
}
