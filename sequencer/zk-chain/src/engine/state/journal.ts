import { ZkChainError } from "../../errors.ts";
import { MAX_JOURNAL_ENTRIES } from "../../limits.ts";

/** Remembers what writes replaced, so that they can be taken back to any open checkpoint. */
export class Journal {
  /** Each takes one write back. */
  readonly #undo: (() => void)[] = [];
  /** How long the list was at each open checkpoint. */
  readonly #checkpoints: number[] = [];

  /** How many checkpoints are open. */
  get depth(): number {
    return this.#checkpoints.length;
  }

  put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value): void {
    const before = map.get(key);
    if (before !== undefined || map.has(key)) this.#remember(() => map.set(key, before as Value));
    else this.#remember(() => map.delete(key));
    map.set(key, value);
  }

  delete<Key, Value>(map: Map<Key, Value>, key: Key): void {
    const before = map.get(key);
    if (before === undefined && !map.has(key)) return;
    this.#remember(() => map.set(key, before as Value));
    map.delete(key);
  }

  checkpoint(): void {
    this.#checkpoints.push(this.#undo.length);
  }

  commit(): void {
    this.#endCheckpoint();
    if (this.#checkpoints.length === 0) this.#undo.length = 0;
  }

  revert(): void {
    const start = this.#endCheckpoint();
    while (this.#undo.length > start) this.#undo.pop()?.();
  }

  #remember(undo: () => void): void {
    if (this.#checkpoints.length === 0) return;
    if (this.#undo.length >= MAX_JOURNAL_ENTRIES) {
      throw new ZkChainError("INTERNAL", "a transaction writes too much", {
        details: { limit: MAX_JOURNAL_ENTRIES },
      });
    }
    this.#undo.push(undo);
  }

  #endCheckpoint(): number {
    const start = this.#checkpoints.pop();
    if (start === undefined) throw new ZkChainError("INTERNAL", "there is no checkpoint to end");
    return start;
  }
}
