import { encodeZkTransaction, type Hash, type Release, type TimestampMs } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { MAX_ZK_BLOCK_BYTES } from "../limits.ts";
import type { BlockRun } from "./blockRun.ts";
import { tipOf } from "./checkTransaction.ts";
import { executeRelease } from "./executeRelease.ts";
import { checkExecutable, executeSigned } from "./executeSigned.ts";
import type { Mempool, PooledTransaction } from "./mempool.ts";

export type Dropped = { readonly hash: Hash; readonly error: ZkChainError };

/** The EVM failed on a transaction that seemed fine: the block must be begun anew without it. */
export class UnexecutableError extends Error {
  readonly hash: Hash;

  constructor(hash: Hash, cause: unknown) {
    super("the EVM failed", { cause });
    this.name = "UnexecutableError";
    this.hash = hash;
  }
}

/** Least gas of a transaction: with less than that left, a block is full. */
const MIN_TRANSACTION_GAS = 21_000n;

/**
 * Fills a block: begin, the releases, then what waits in the mempool, the highest tip first, each
 * sender's in the order of nonces. The mempool stays as it is.
 * @returns what can't be executed and should leave the mempool.
 * @throws UnexecutableError
 */
export async function buildBlock(
  run: BlockRun,
  mempool: Mempool,
  input: { readonly timestampMs: TimestampMs; readonly releases: readonly Release[] },
): Promise<Dropped[]> {
  run.addTransaction(encodeZkTransaction({ type: "begin", timestampMs: input.timestampMs }));
  for (const release of input.releases) await executeRelease(run, release);

  const dropped: Dropped[] = [];
  const queue = new TipQueue(run.environment.baseFeePerGas);
  for (const head of mempool.heads()) queue.push(head);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (run.gasLeft < MIN_TRANSACTION_GAS) break;
    // What doesn't fit any more waits, and with it what its sender has behind it.
    if (next.tx.gasLimit > run.gasLeft) continue;
    if (run.sizeBytes + next.raw.length > MAX_ZK_BLOCK_BYTES) continue;
    const error = await executableError(run, next);
    if (error !== undefined) {
      dropped.push({ hash: next.hash, error });
      continue;
    }
    try {
      await executeSigned(run, next);
    } catch (cause) {
      throw new UnexecutableError(next.hash, cause);
    }
    const following = mempool.after(next);
    if (following !== undefined) queue.push(following);
  }
  return dropped;
}

async function executableError(
  run: BlockRun,
  transaction: PooledTransaction,
): Promise<ZkChainError | undefined> {
  try {
    await checkExecutable(run, transaction);
    return undefined;
  } catch (error) {
    if (error instanceof ZkChainError) return error;
    throw error;
  }
}

type TipEntry = { readonly tip: bigint; readonly transaction: PooledTransaction };

/** Sorted by tip, then by arrival; the best at the end. Leaves out what can't pay the base fee. */
class TipQueue {
  readonly #baseFeePerGas: bigint;
  readonly #entries: TipEntry[] = [];

  constructor(baseFeePerGas: bigint) {
    this.#baseFeePerGas = baseFeePerGas;
  }

  push(transaction: PooledTransaction): void {
    const tip = tipOf(transaction.tx, this.#baseFeePerGas);
    if (tip < 0n) return;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#entries[middle] as TipEntry;
      const isBetter =
        tip > other.tip || (tip === other.tip && transaction.arrival < other.transaction.arrival);
      if (isBetter) low = middle + 1;
      else high = middle;
    }
    this.#entries.splice(low, 0, { tip, transaction });
  }

  pop(): PooledTransaction | undefined {
    return this.#entries.pop()?.transaction;
  }
}
