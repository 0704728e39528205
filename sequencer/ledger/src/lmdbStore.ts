import type { Block, ChainId, ChainNumber, Hash, LedgerHeight } from "@weft/protocol";
import { BlockIndex } from "./blockIndex.ts";
import type { BlockStore, StoreListener } from "./blockStore.ts";
import { createEntryCheck } from "./checkEntries.ts";
import { checkFiles } from "./checkFiles.ts";
import { type CommitEntry, commitBlocks } from "./commitBlocks.ts";
import { encodeStored } from "./encodeStored.ts";
import { LedgerError } from "./errors.ts";
import { Heads } from "./heads.ts";
import { MAX_PENDING_BLOCKS, MAX_PENDING_BYTES } from "./limits.ts";
import { type LmdbFiles, openLmdbFiles, readBlock, readByHash, readByNumber } from "./lmdbFiles.ts";
import { repairStore, type StoreRepair } from "./repairStore.ts";

/** A block that isn't on disk yet, and who waits for it. */
type Pending = CommitEntry & { readonly resolve: () => void; readonly reject: (e: Error) => void };

export type LmdbStoreOptions = {
  /** The store was damaged, and what can't be read at its end, if anything, is gone. Default: `console.error`. */
  readonly onRepaired?: (repair: StoreRepair) => void;
};

/**
 * Opens, or creates, a store in a directory, which belongs to one process at a time. A damaged one is
 * written anew when all that can't be read is at its end (`repairStore`).
 *
 * One commit is under way at a time, on LMDB's own thread; what is appended meanwhile forms the next
 * one (group commit), so the fuller the load, the fewer syncs a block.
 * @throws LedgerError STORE_OPEN_FAILED; STORE_CORRUPT, with the height in its details
 */
export function openLmdbStore(dir: string, options: LmdbStoreOptions = {}): BlockStore {
  const { onRepaired = console.error } = options;
  try {
    return openStore(dir);
  } catch (error) {
    if (!(error instanceof LedgerError) || error.code !== "STORE_CORRUPT") throw error;
    const repair = repairStore(dir, error);
    const store = openStore(dir);
    onRepaired(repair);
    return store;
  }
}

function openStore(dir: string): BlockStore {
  const files = openLmdbFiles(dir, { checkEntry: createEntryCheck() });
  try {
    return new LmdbStore(files);
  } catch (error) {
    void files.root.close();
    throw error;
  }
}

class LmdbStore implements BlockStore {
  readonly #files: LmdbFiles;
  readonly #heads = new Heads();
  readonly #listeners = new Set<StoreListener>();
  /** What the next commit takes, in height order. */
  #pending: Pending[] = [];
  #pendingBlocks = 0;
  #pendingBytes = 0;
  /** Every block that isn't on disk; reads look here first, so that a block is visible at once. */
  readonly #pendingIndex = new BlockIndex();
  #durableHeight: LedgerHeight | undefined;
  #flushing: Promise<void> | undefined;
  #failure: LedgerError | undefined;
  #state: "open" | "closing" | "closed" = "open";
  #closing: Promise<void> | undefined;

  constructor(files: LmdbFiles) {
    this.#files = files;
    const stored = checkFiles(files);
    if (stored === undefined) return;
    this.#heads.restore(stored.head, stored.chainHeads);
    this.#durableHeight = stored.head.header.height;
  }

  head() {
    return this.#heads.head;
  }

  chainHead(chainId: ChainId) {
    return this.#heads.chainHead(chainId);
  }

  chainIds() {
    return this.#heads.chainIds();
  }

  durableHeight() {
    return this.#durableHeight;
  }

  byHeight(height: LedgerHeight): Block | undefined {
    this.#assertReadable();
    return this.#pendingIndex.byHeight(height) ?? readBlock(this.#files, height);
  }

  byNumber(chainId: ChainId, number: ChainNumber): Block | undefined {
    this.#assertReadable();
    return (
      this.#pendingIndex.byNumber(chainId, number) ?? readByNumber(this.#files, chainId, number)
    );
  }

  byHash(hash: Hash): Block | undefined {
    this.#assertReadable();
    return this.#pendingIndex.byHash(hash) ?? readByHash(this.#files, hash);
  }

  append(block: Block): Promise<void> {
    this.#assertWritable();
    const encoded = encodeStored(block);
    this.#assertRoomFor(encoded);
    this.#heads.advance(block);
    this.#pendingIndex.add(block);
    this.#pendingBlocks++;
    this.#pendingBytes += encoded.length;
    const durable = new Promise<void>((resolve, reject) => {
      this.#pending.push({ block, encoded, resolve, reject });
    });
    // The listeners hear of a failure, so a caller who doesn't wait mustn't take the process down.
    durable.catch(() => {});
    this.#flushing ??= this.#flush();
    return durable;
  }

  listen(listener: StoreListener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#state = "closing";
    await this.#flushing;
    this.#state = "closed";
    await this.#files.root.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #flush(): Promise<void> {
    await Promise.resolve(); // what is appended in the same turn shares the commit
    while (this.#pending.length > 0 && this.#failure === undefined) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await commitBlocks(this.#files, batch);
      } catch (cause) {
        this.#fail([...batch, ...this.#pending], cause);
        break;
      }
      this.#settle(batch);
    }
    this.#flushing = undefined;
  }

  #settle(batch: readonly Pending[]): void {
    for (const { block, encoded, resolve } of batch) {
      this.#pendingIndex.delete(block);
      this.#pendingBlocks--;
      this.#pendingBytes -= encoded.length;
      this.#durableHeight = block.header.height;
      resolve();
    }
    const height = this.#durableHeight;
    if (height !== undefined) for (const listener of this.#listeners) listener.durable(height);
  }

  /** The blocks stay readable, as not durable: what happened is easier to see that way. */
  #fail(lost: readonly Pending[], cause: unknown): void {
    const failure = new LedgerError("STORE_FAILED", "the disk didn't take a block", {
      details: { durableHeight: this.#durableHeight },
      cause,
    });
    this.#failure = failure;
    this.#pending = [];
    for (const { reject } of lost) reject(failure);
    for (const listener of this.#listeners) listener.failed(failure);
  }

  #assertReadable(): void {
    // LMDB crashes the process when a closed environment is read.
    if (this.#state === "closed") throw new LedgerError("CLOSED", "the store is closed");
  }

  #assertWritable(): void {
    if (this.#failure !== undefined) {
      throw new LedgerError("STORE_FAILED", "the store takes nothing since a write failed", {
        details: this.#failure.details,
        cause: this.#failure,
      });
    }
    if (this.#state !== "open") throw new LedgerError("CLOSED", "the store is closed");
  }

  #assertRoomFor(encoded: Uint8Array): void {
    const bytes = this.#pendingBytes + encoded.length;
    if (this.#pendingBlocks < MAX_PENDING_BLOCKS && bytes <= MAX_PENDING_BYTES) return;
    throw new LedgerError("STORE_BUSY", "the disk is too far behind", {
      details: { pendingBlocks: this.#pendingBlocks, pendingBytes: this.#pendingBytes },
    });
  }
}
