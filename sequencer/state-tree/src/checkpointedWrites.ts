import { FIELD_MODULUS } from "@weft/protocol";
import { StateTreeError } from "./errors.ts";
import { MAX_JOURNAL_ENTRIES, MAX_PENDING_WRITES } from "./limits.ts";

/** Something that has a value under every key; 0n stands for nothing. */
export interface StateReader {
  get(key: bigint): bigint;
}

type JournalEntry = { readonly key: bigint; readonly before: bigint | undefined };

/**
 * Writes over a state that stays as it is, with nested checkpoints. A write costs the same with any number of
 * them, and a revert as much as the writes that it takes back.
 */
export class CheckpointedWrites implements StateReader {
  readonly #base: StateReader;
  readonly #values = new Map<bigint, bigint>();
  /** What writes since the outermost checkpoint replaced. */
  readonly #journal: JournalEntry[] = [];
  /** The journal's length at each open checkpoint. */
  readonly #checkpoints: number[] = [];

  constructor(base: StateReader) {
    this.#base = base;
  }

  /** How many checkpoints are open. */
  get depth(): number {
    return this.#checkpoints.length;
  }

  /** Every key that was written, with the value it has now. */
  get entries(): ReadonlyMap<bigint, bigint> {
    return this.#values;
  }

  get(key: bigint): bigint {
    return this.#values.get(key) ?? this.#base.get(key);
  }

  /**
   * @param key a field element other than zero
   * @param value below 2^256; 0n deletes
   * @throws StateTreeError VALUE_INVALID, TOO_MANY_WRITES
   */
  set(key: bigint, value: bigint): void {
    if (key <= 0n || key >= FIELD_MODULUS || value < 0n || value >> 256n !== 0n) {
      throw new StateTreeError("VALUE_INVALID", "a key or value is out of range", {
        details: { key, value },
      });
    }
    const before = this.#values.get(key);
    const isNew = before === undefined;
    if (
      (isNew && this.#values.size >= MAX_PENDING_WRITES) ||
      this.#journal.length >= MAX_JOURNAL_ENTRIES
    ) {
      throw new StateTreeError("TOO_MANY_WRITES", "too many writes since the last root", {
        details: { limit: MAX_PENDING_WRITES, journalLimit: MAX_JOURNAL_ENTRIES },
      });
    }
    if (this.#checkpoints.length > 0) this.#journal.push({ key, before });
    this.#values.set(key, value);
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#journal.length);
  }

  /** Keeps what was written since the last checkpoint. @throws StateTreeError CHECKPOINT_MISSING */
  commit(): void {
    this.#endCheckpoint();
    if (this.#checkpoints.length === 0) this.#journal.length = 0;
  }

  /** Takes back what was written since the last checkpoint. @throws StateTreeError CHECKPOINT_MISSING */
  revert(): void {
    const start = this.#endCheckpoint();
    while (this.#journal.length > start) {
      const { key, before } = this.#journal.pop() as JournalEntry;
      if (before === undefined) this.#values.delete(key);
      else this.#values.set(key, before);
    }
  }

  /** Forgets all writes and checkpoints. */
  clear(): void {
    this.#values.clear();
    this.#journal.length = 0;
    this.#checkpoints.length = 0;
  }

  #endCheckpoint(): number {
    const start = this.#checkpoints.pop();
    if (start === undefined) {
      throw new StateTreeError("CHECKPOINT_MISSING", "there is no checkpoint to end");
    }
    return start;
  }
}
