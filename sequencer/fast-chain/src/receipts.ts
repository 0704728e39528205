import type { Address, ChainNumber, Hash, LedgerHeight } from "@weft/protocol";
import type { Transfer } from "./account/applySigned.ts";

/** Where a signed transaction is and what it said. Only those that succeed are ordered. */
export type FastReceipt = {
  readonly hash: Hash;
  readonly height: LedgerHeight;
  readonly blockHash: Hash;
  readonly number: ChainNumber;
  readonly index: number;
  readonly raw: Uint8Array;
  readonly sender: Address;
  readonly transfer: Transfer;
};

/** Receipts that are kept for wallets that ask; the ledger has them all. */
const MAX_RECEIPTS = 100_000;

/** The newest receipts, by transaction hash. */
export class Receipts {
  readonly #byHash = new Map<Hash, FastReceipt>();

  get(hash: Hash): FastReceipt | undefined {
    return this.#byHash.get(hash);
  }

  add(receipt: FastReceipt): void {
    if (this.#byHash.size >= MAX_RECEIPTS) {
      this.#byHash.delete(this.#byHash.keys().next().value as Hash);
    }
    this.#byHash.set(receipt.hash, receipt);
  }
}
