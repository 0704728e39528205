import type { OrderedBlock } from "@weft/ledger";
import { type FastTransaction, hashTransaction, MAX_BLOCK_TRANSACTIONS } from "@weft/protocol";
import type { Receipts } from "./receipts.ts";
import type { Inclusion } from "./types.ts";

/** A transaction, and whoever waits for its place. */
export type Submission = {
  readonly transaction: FastTransaction;
  readonly resolve: (inclusion: Inclusion) => void;
  readonly reject: (error: Error) => void;
};

/** Transactions that were submitted and aren't in an ordered block. */
export class Submissions {
  /** Those in the next block that is ordered, by their index there. */
  #entered: { readonly submission: Submission; readonly index: number }[] = [];
  #queued: Submission[] = [];

  get isFull(): boolean {
    return this.#queued.length >= MAX_BLOCK_TRANSACTIONS;
  }

  entered(submission: Submission, index: number): void {
    this.#entered.push({ submission, index });
  }

  /** For later, in the order in which they came. */
  queue(submission: Submission): void {
    this.#queued.push(submission);
  }

  takeQueued(): readonly Submission[] {
    const queued = this.#queued;
    this.#queued = [];
    return queued;
  }

  /** The block is ordered: each is told its place, and those that are signed get a receipt. */
  ordered({ block, durable }: OrderedBlock, receipts: Receipts): void {
    const { height, number } = block.header;
    const entered = this.#entered;
    if (entered.length > 0) this.#entered = [];
    for (const { submission, index } of entered) {
      // Of the others nobody asks, and most are rooms' events.
      const hash = hashTransaction(block.transactions[index] as Uint8Array);
      if (submission.transaction.type === "signed") receipts.add(hash, { height, index });
      submission.resolve({ hash, height, blockHash: block.hash, number, index, durable });
    }
  }

  reject(error: Error): void {
    for (const { submission } of this.#entered) submission.reject(error);
    for (const submission of this.#queued) submission.reject(error);
    this.#entered = [];
    this.#queued = [];
  }
}
