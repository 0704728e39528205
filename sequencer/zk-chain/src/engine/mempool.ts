import type { SignedEthereumTransaction } from "@weft/ethereum";
import type { Address, Hash } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import {
  MAX_POOL_BYTES,
  MAX_POOL_TRANSACTIONS,
  MAX_POOL_TRANSACTIONS_PER_SENDER,
  REPLACEMENT_RISE_PERCENT,
} from "../limits.ts";
import {
  checkNonce,
  checkTransaction,
  maxCostOf,
  maxFeeOf,
  maxTipOf,
  type SenderAccount,
  tipOf,
} from "./checkTransaction.ts";

export type PooledTransaction = SignedEthereumTransaction & {
  /** Counts arrivals: of two that pay the same, the first goes first. */
  readonly arrival: number;
};

/** `nonce` is the account's; `waiting` is sorted by nonce, each at most once, gaps allowed. */
type Sender = { nonce: bigint; waiting: PooledTransaction[] };

/** Signed transactions that wait for a block. Knows of accounts only what it is told. */
export class Mempool {
  readonly #senders = new Map<Address, Sender>();
  readonly #byHash = new Map<Hash, PooledTransaction>();
  #sizeBytes = 0;
  #arrivals = 0;

  get size(): number {
    return this.#byHash.size;
  }

  get(hash: Hash): PooledTransaction | undefined {
    return this.#byHash.get(hash);
  }

  /**
   * @param account the sender's, after the newest block.
   * @param limits of the next block.
   * @returns whether it, or one behind it, could be executed next.
   * @throws ZkChainError as `submit`
   */
  add(
    transaction: SignedEthereumTransaction,
    account: SenderAccount,
    limits: { gasLimit: bigint; baseFeePerGas: bigint },
  ): boolean {
    if (this.#byHash.has(transaction.hash)) {
      throw new ZkChainError("ALREADY_KNOWN", "the transaction waits already");
    }
    const { nonce } = transaction.tx;
    checkNonce(nonce, account.nonce, BigInt(MAX_POOL_TRANSACTIONS_PER_SENDER - 1));
    checkTransaction(transaction, account, limits);
    const waiting = this.#senders.get(transaction.sender)?.waiting ?? [];
    const replaced = waiting.find(({ tx }) => tx.nonce === nonce);
    if (replaced !== undefined) checkReplacement(transaction, replaced);
    else if (waiting.length >= MAX_POOL_TRANSACTIONS_PER_SENDER) {
      throw new ZkChainError("SENDER_LIMIT", `${waiting.length} of the sender's wait already`);
    }
    checkTotalCost(transaction, waiting, account.balance);
    this.#makeRoom(transaction, replaced, limits.baseFeePerGas);

    if (replaced !== undefined) this.remove(replaced.hash);
    this.#insert({ ...transaction, arrival: this.#arrivals++ }, account.nonce);
    return this.nextNonce(transaction.sender, account.nonce) > nonce;
  }

  /** The first nonce that is neither used by the account nor by what waits without a gap. */
  nextNonce(sender: Address, accountNonce: bigint): bigint {
    let next = accountNonce;
    for (const { tx } of this.#senders.get(sender)?.waiting ?? []) if (tx.nonce === next) next++;
    return next;
  }

  /** What each sender could have executed first, in no order. */
  *heads(): Generator<PooledTransaction> {
    for (const { nonce, waiting } of this.#senders.values()) {
      if (waiting[0]?.tx.nonce === nonce) yield waiting[0];
    }
  }

  /** What the sender of `transaction` could have executed right after it. */
  after(transaction: SignedEthereumTransaction): PooledTransaction | undefined {
    const { waiting } = this.#senders.get(transaction.sender) ?? { waiting: [] };
    return waiting.find(({ tx }) => tx.nonce === transaction.tx.nonce + 1n);
  }

  hasHeads(): boolean {
    return this.heads().next().done !== true;
  }

  /** A block has raised an account's nonce: what it has used waits no longer. */
  setNonce(sender: Address, nonce: bigint): void {
    const entry = this.#senders.get(sender);
    if (entry === undefined) return;
    entry.nonce = nonce;
    const isUsed = ({ tx }: PooledTransaction) => tx.nonce < nonce;
    for (const { hash } of entry.waiting.filter(isUsed)) this.remove(hash);
  }

  remove(hash: Hash): void {
    const transaction = this.#byHash.get(hash);
    if (transaction === undefined) return;
    this.#byHash.delete(hash);
    this.#sizeBytes -= transaction.raw.length;
    const entry = this.#senders.get(transaction.sender) as Sender;
    entry.waiting = entry.waiting.filter((one) => one.hash !== hash);
    if (entry.waiting.length === 0) this.#senders.delete(transaction.sender);
  }

  #insert(transaction: PooledTransaction, accountNonce: bigint): void {
    this.#byHash.set(transaction.hash, transaction);
    this.#sizeBytes += transaction.raw.length;
    const waiting = this.#senders.get(transaction.sender)?.waiting ?? [];
    const behind = waiting.findIndex(({ tx }) => tx.nonce > transaction.tx.nonce);
    waiting.splice(behind === -1 ? waiting.length : behind, 0, transaction);
    this.#senders.set(transaction.sender, { nonce: accountNonce, waiting });
  }

  /** A full pool keeps what pays more. Only a sender's last goes, so that no gap opens. */
  #makeRoom(
    transaction: SignedEthereumTransaction,
    replaced: PooledTransaction | undefined,
    baseFeePerGas: bigint,
  ): void {
    const more = transaction.raw.length - (replaced?.raw.length ?? 0);
    const isFull = () =>
      (replaced === undefined && this.#byHash.size >= MAX_POOL_TRANSACTIONS) ||
      this.#sizeBytes + more > MAX_POOL_BYTES;
    const tip = tipOf(transaction.tx, baseFeePerGas);
    while (isFull()) {
      const cheapest = this.#cheapestLast(transaction.sender, baseFeePerGas);
      if (cheapest === undefined || tipOf(cheapest.tx, baseFeePerGas) >= tip) {
        throw new ZkChainError("MEMPOOL_FULL", "the mempool is full of better-paying ones");
      }
      this.remove(cheapest.hash);
    }
  }

  #cheapestLast(except: Address, baseFeePerGas: bigint): PooledTransaction | undefined {
    let cheapest: { transaction: PooledTransaction; tip: bigint } | undefined;
    for (const [address, { waiting }] of this.#senders) {
      const transaction = waiting.at(-1);
      if (transaction === undefined || address === except) continue;
      const tip = tipOf(transaction.tx, baseFeePerGas);
      if (cheapest === undefined || tip < cheapest.tip) cheapest = { transaction, tip };
    }
    return cheapest?.transaction;
  }
}

function checkReplacement(by: SignedEthereumTransaction, replaced: PooledTransaction): void {
  const isEnough = (offered: bigint, before: bigint) =>
    offered * 100n >= before * (100n + REPLACEMENT_RISE_PERCENT);
  const old = { maxFeePerGas: maxFeeOf(replaced.tx), maxPriorityFeePerGas: maxTipOf(replaced.tx) };
  if (
    !isEnough(maxFeeOf(by.tx), old.maxFeePerGas) ||
    !isEnough(maxTipOf(by.tx), old.maxPriorityFeePerGas)
  ) {
    throw new ZkChainError(
      "REPLACEMENT_UNDERPRICED",
      `a replacement pays ${REPLACEMENT_RISE_PERCENT} % more of both fees`,
      { details: old },
    );
  }
}

/** Whoever can pay for one transaction must not fill the pool with many. */
function checkTotalCost(
  { tx, sender }: SignedEthereumTransaction,
  waiting: readonly PooledTransaction[],
  balance: bigint,
): void {
  const others = waiting.filter((one) => one.tx.nonce !== tx.nonce);
  const total = others.reduce((sum, one) => sum + maxCostOf(one.tx), maxCostOf(tx));
  if (balance >= total) return;
  throw new ZkChainError("INSUFFICIENT_FUNDS", "the sender can't pay for all that waits", {
    details: { sender, balance, cost: total },
  });
}
