import type { Ledger } from "@weft/ledger";
import {
  type Address,
  type ChainId,
  type ChainNumber,
  type Hash,
  hashTransaction,
  type LedgerHeight,
} from "@weft/protocol";
import type { Transfer } from "./account/applySigned.ts";
import { readTransfer } from "./account/readTransfer.ts";

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

/** Where in the ledger a signed transaction is. */
export type Place = { readonly height: LedgerHeight; readonly index: number };

/** Receipts that are kept for wallets that ask; the ledger has them all. */
const MAX_RECEIPTS = 100_000;

/** Where the newest signed transactions are, by hash; a receipt is made when somebody asks. */
export class Receipts {
  readonly #ledger: Ledger;
  readonly #chainId: ChainId;
  readonly #places = new Map<Hash, Place>();

  constructor(ledger: Ledger, chainId: ChainId) {
    this.#ledger = ledger;
    this.#chainId = chainId;
  }

  /** @throws LedgerError STORE_CORRUPT, CLOSED */
  get(hash: Hash): FastReceipt | undefined {
    const place = this.#places.get(hash);
    if (place === undefined) return undefined;
    const { height, index } = place;
    const block = this.#ledger.blockByHeight(height);
    const raw = block?.transactions[index];
    // Places may come from a snapshot, and nothing but this says that they are right.
    if (block === undefined || raw === undefined || hashTransaction(raw) !== hash) return undefined;
    const transfer = readTransfer(raw, this.#chainId);
    const { number } = block.header;
    const { sender } = transfer;
    return { hash, height, blockHash: block.hash, number, index, raw, sender, transfer };
  }

  add(hash: Hash, place: Place): void {
    if (this.#places.size >= MAX_RECEIPTS) {
      this.#places.delete(this.#places.keys().next().value as Hash);
    }
    this.#places.set(hash, place);
  }

  /** All up to a height, to be read a piece at a time while more come. */
  *placesUpTo(height: LedgerHeight): Generator<readonly [Hash, Place]> {
    for (const entry of this.#places) if (entry[1].height <= height) yield entry;
  }
}

/** A block's signed transactions: their first byte is that of an Ethereum transaction. */
export function signedIn(transactions: readonly Uint8Array[]): { hash: Hash; index: number }[] {
  return transactions.flatMap((raw, index) => {
    const first = raw[0] ?? 0;
    return first <= 4 || first >= 0xc0 ? [{ hash: hashTransaction(raw), index }] : [];
  });
}
