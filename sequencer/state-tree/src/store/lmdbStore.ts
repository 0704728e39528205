import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { open, type RangeIterable, type RootDatabase } from "lmdb";
import { StateTreeError } from "../errors.ts";
import { checkDataFile } from "./checkDataFile.ts";
import { checkGuard } from "./guard.ts";
import { unwrapValue, wrapValue } from "./storedValue.ts";
import type { StoreChange, StoreEntry, StoreGuard, TreeStore } from "./treeStore.ts";

type Files = RootDatabase<Uint8Array, Uint8Array>;

/**
 * Opens, or creates, a store in a directory, which belongs to one process at a time. A write returns
 * when it has been synced to the disk.
 * @throws StateTreeError STORE_OPEN_FAILED, STORE_CORRUPT
 */
export function openLmdbStore(dir: string): TreeStore {
  let files: Files | undefined;
  try {
    mkdirSync(dir, { recursive: true });
    checkDataFile(join(dir, "data.mdb"));
    files = open<Uint8Array, Uint8Array>({
      path: dir,
      // else a directory with a dot in its name would be taken for a file
      noSubdir: false,
      encoding: "binary",
      keyEncoding: "binary",
      // a write has reached the disk when it returns
      overlappingSync: false,
    });
    checkLength(files, dir);
    return new LmdbStore(files);
  } catch (cause) {
    void files?.close();
    if (cause instanceof StateTreeError) throw cause;
    throw new StateTreeError("STORE_OPEN_FAILED", `can't open a state tree in ${dir}`, {
      details: { dir },
      cause,
    });
  }
}

/** Reading a page past the file's end would kill the process (SIGBUS), so look before. */
function checkLength(files: Files, dir: string): void {
  const { lastPageNumber, pageSize } = files.getStats() as Record<string, number>;
  const expectedBytes = ((lastPageNumber ?? 0) + 1) * (pageSize ?? 0);
  const { size } = statSync(join(dir, "data.mdb"));
  if (size < expectedBytes) {
    throw new StateTreeError("STORE_CORRUPT", `the state tree in ${dir} is cut off`, {
      details: { dir, sizeBytes: size, expectedBytes },
    });
  }
}

class LmdbStore implements TreeStore {
  readonly #files: Files;
  #failure: StateTreeError | undefined;
  #closing: Promise<void> | undefined;

  constructor(files: Files) {
    this.#files = files;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const stored = this.#open().get(key);
    return stored && unwrapValue(key, stored);
  }

  atOrBefore(key: Uint8Array, from: Uint8Array): StoreEntry | undefined {
    // LMDB's ranges end before their end: `from` itself needs a look of its own
    const range = { start: key, end: from, reverse: true, limit: 1 };
    return firstOf(this.#open().getRange(range)) ?? this.#entry(from);
  }

  atOrAfter(key: Uint8Array, to: Uint8Array): StoreEntry | undefined {
    return firstOf(this.#open().getRange({ start: key, end: to, limit: 1 })) ?? this.#entry(to);
  }

  write(changes: readonly StoreChange[], guard: StoreGuard): void {
    const files = this.#open();
    if (this.#failure !== undefined) throw this.#failure;
    try {
      files.transactionSync(() => {
        checkGuard(guard, this.get(guard.key));
        for (const { key, value } of changes) {
          if (value === undefined) files.removeSync(key);
          else files.putSync(key, wrapValue(key, value));
        }
      });
    } catch (cause) {
      if (cause instanceof StateTreeError) throw cause;
      this.#failure = new StateTreeError("STORE_FAILED", "the disk didn't take a block", { cause });
      throw this.#failure;
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#files.close();
    return this.#closing;
  }

  #entry(key: Uint8Array): StoreEntry | undefined {
    const value = this.get(key);
    return value === undefined ? undefined : { key, value };
  }

  #open(): Files {
    // LMDB crashes the process when a closed environment is read
    if (this.#closing !== undefined) throw new StateTreeError("CLOSED", "the store is closed");
    return this.#files;
  }
}

function firstOf(range: RangeIterable<StoreEntry>): StoreEntry | undefined {
  for (const { key, value } of range) return { key, value: unwrapValue(key, value) };
  return undefined;
}
