import type { Block, ChainId, ChainNumber, Hash, LedgerHeight } from "@weft/protocol";
import { BlockIndex } from "./blockIndex.ts";
import type { AppendOptions, BlockStore, StoreListener } from "./blockStore.ts";
import { type CommitClock, CommitPace, systemClock } from "./commitPace.ts";
import { encodeStored } from "./encodeStored.ts";
import { LedgerError } from "./errors.ts";
import { Heads } from "./heads.ts";
import { MAX_PENDING_BLOCKS, MAX_PENDING_BYTES } from "./limits.ts";
import { namedStep } from "./namedStep.ts";

export type CommitEntry = { readonly block: Block; readonly encoded: Uint8Array };

/** The disk under a store: blocks that are on it, and more that are to be. */
export interface BlockFiles {
  /** What was there when it was opened; undefined when it was empty. */
  readonly stored: { readonly head: Block; readonly chainHeads: readonly Block[] } | undefined;
  /** @throws LedgerError STORE_CORRUPT when what is stored isn't that block; as the two below */
  byHeight(height: LedgerHeight): Block | undefined;
  byNumber(chainId: ChainId, number: ChainNumber): Block | undefined;
  byHash(hash: Hash): Block | undefined;
  /**
   * Writes blocks, all or none; one call at a time. Resolves when they are on disk. Rejects with whatever went
   * wrong; nothing more is written then.
   */
  commit(entries: readonly CommitEntry[]): Promise<void>;
  close(): Promise<void>;
}

/** A block that isn't on disk yet, and who waits for it. */
type Pending = CommitEntry & { readonly resolve: () => void; readonly reject: (e: Error) => void };

/**
 * A store that writes what waits in groups: one commit is under way at a time, at the pace of `CommitPace`,
 * and what is appended meanwhile forms the next one, so the fuller the load, the fewer syncs a block.
 */
export class GroupCommitStore implements BlockStore {
  readonly #files: BlockFiles;
  readonly #pace: CommitPace;
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

  /** The store takes the files over, and closes them. */
  constructor(files: BlockFiles, clock: CommitClock = systemClock) {
    this.#files = files;
    this.#pace = new CommitPace(clock);
    const { stored } = files;
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
    return this.#pendingIndex.byHeight(height) ?? this.#files.byHeight(height);
  }

  byNumber(chainId: ChainId, number: ChainNumber): Block | undefined {
    this.#assertReadable();
    return this.#pendingIndex.byNumber(chainId, number) ?? this.#files.byNumber(chainId, number);
  }

  byHash(hash: Hash): Block | undefined {
    this.#assertReadable();
    return this.#pendingIndex.byHash(hash) ?? this.#files.byHash(hash);
  }

  append(block: Block, { canWait = false }: AppendOptions = {}): Promise<void> {
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
    if (!canWait) this.#pace.hurry();
    this.#flushing ??= this.#flush();
    return durable;
  }

  hurry(): void {
    // What is under way already needs none.
    if (this.#pending.length > 0) this.#pace.hurry();
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
    this.hurry();
    await this.#flushing;
    this.#state = "closed";
    await this.#files.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #flush(): Promise<void> {
    await Promise.resolve(); // what is appended in the same turn shares the commit
    while (this.#pending.length > 0 && this.#failure === undefined) {
      await this.#pace.turn();
      const batch = this.#pending;
      this.#pending = [];
      try {
        await namedStep("ledger commit", () => this.#files.commit(batch));
      } catch (cause) {
        this.#fail([...batch, ...this.#pending], cause);
        break;
      }
      namedStep("ledger news", () => this.#settle(batch));
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
    const message = `the disk didn't take a block: ${(cause as Error).message}`;
    const failure = new LedgerError("STORE_FAILED", message, {
      details: { durableHeight: this.#durableHeight },
      cause,
    });
    this.#failure = failure;
    this.#pending = [];
    for (const { reject } of lost) reject(failure);
    for (const listener of this.#listeners) listener.failed(failure);
  }

  #assertReadable(): void {
    // LMDB, for one, crashes the process when a closed environment is read.
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
