import type { ChainNumber } from "@weft/protocol";
import { MAX_CACHED_RECEIPTS, MAX_CACHED_RECORDS } from "../../limits.ts";
import type { BlockRecord } from "./blockRecord.ts";

/** Records that were read or written last. */
export class RecordCache {
  /** The one that was added first is the first. */
  readonly #records = new Map<ChainNumber, BlockRecord>();
  #receiptCount = 0;

  get(number: ChainNumber): BlockRecord | undefined {
    return this.#records.get(number);
  }

  add(record: BlockRecord): void {
    this.remove(record.info.number);
    this.#records.set(record.info.number, record);
    this.#receiptCount += countOf(record);
    for (const oldest of this.#records.keys()) {
      const isOver =
        this.#records.size > MAX_CACHED_RECORDS || this.#receiptCount > MAX_CACHED_RECEIPTS;
      if (!isOver || this.#records.size === 1) return;
      this.remove(oldest);
    }
  }

  remove(number: ChainNumber): void {
    const record = this.#records.get(number);
    if (record === undefined) return;
    this.#records.delete(number);
    this.#receiptCount -= countOf(record);
  }
}

const countOf = ({ info }: BlockRecord) => info.transactionHashes.length;
