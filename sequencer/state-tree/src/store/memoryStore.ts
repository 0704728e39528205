import { OrderedMap, type OrderedMapIterator } from "@js-sdsl/ordered-map";
import { compareBytes } from "@weft/protocol";
import { StateTreeError } from "../errors.ts";
import { checkGuard } from "./guard.ts";
import type { StoreChange, StoreEntry, StoreGuard, TreeStore } from "./treeStore.ts";

type Entries = OrderedMap<Uint8Array, Uint8Array>;

/** A store for tests and for chains that needn't outlive their process. */
export function createMemoryStore(): TreeStore {
  return new MemoryStore();
}

class MemoryStore implements TreeStore {
  readonly #entries: Entries = new OrderedMap<Uint8Array, Uint8Array>([], compareBytes);
  #isClosed = false;

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#open().getElementByKey(key);
  }

  atOrBefore(key: Uint8Array, from: Uint8Array): StoreEntry | undefined {
    const entry = entryAt(this.#open().reverseLowerBound(key));
    return entry !== undefined && compareBytes(entry.key, from) >= 0 ? entry : undefined;
  }

  atOrAfter(key: Uint8Array, to: Uint8Array): StoreEntry | undefined {
    const entry = entryAt(this.#open().lowerBound(key));
    return entry !== undefined && compareBytes(entry.key, to) <= 0 ? entry : undefined;
  }

  write(changes: readonly StoreChange[], guard: StoreGuard): void {
    const entries = this.#open();
    checkGuard(guard, entries.getElementByKey(guard.key));
    for (const { key, value } of changes) {
      if (value === undefined) entries.eraseElementByKey(key);
      else entries.setElement(key, value);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #open(): Entries {
    if (this.#isClosed) throw new StateTreeError("CLOSED", "the store is closed");
    return this.#entries;
  }
}

function entryAt(iterator: OrderedMapIterator<Uint8Array, Uint8Array>): StoreEntry | undefined {
  if (!iterator.isAccessible()) return undefined;
  const [key, value] = iterator.pointer;
  return { key, value };
}
