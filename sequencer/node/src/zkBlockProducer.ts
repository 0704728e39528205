import type { Ordering } from "@weft/ledger";
import { LedgerError, namedStep } from "@weft/ledger";
import type { ChainId, Deposit, Release, TimestampMs } from "@weft/protocol";
import { MAX_RELEASES_PER_BLOCK, type ZkEngine } from "@weft/zk-chain";

/** Transactions wait at most this long for a block. */
const ZK_BLOCK_INTERVAL_MS = 1000;
/** Blocks for cross-chain messages, and retries, are at least this far apart. */
const MIN_BLOCK_INTERVAL_MS = 10;

/** What the producer needs of time. */
export type ProducerClock = {
  /** Rises evenly whatever is done to the machine's clock. */
  monotonicMs(): number;
  /** Calls `run` after a time. @returns what calls it off. */
  after(delayMs: number, run: () => void): () => void;
};

const systemClock: ProducerClock = {
  monotonicMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export type ZkBlockProducerOptions = {
  readonly chainId: ChainId;
  readonly zkChain: Pick<ZkEngine, "build" | "commit" | "discard">;
  readonly ordering: Ordering;
  readonly nowMs: () => TimestampMs;
  /** Default: the process's own. */
  readonly clock?: ProducerClock;
  /** Takes what the portal took in, right after the block that says so is ordered. */
  readonly onDeposits: (deposits: readonly Deposit[]) => void;
  /** The chain can't go on. */
  readonly onFailed: (error: Error) => void;
};

/**
 * Decides when the ZK chain makes a block: a second after the last while transactions wait, at once
 * when value waits to cross, never when nothing does.
 */
export class ZkBlockProducer {
  readonly #options: ZkBlockProducerOptions;
  readonly #releases: Release[] = [];
  readonly #clock: ProducerClock;
  #cancelTimer: (() => void) | undefined;
  #dueMs = Infinity;
  #lastBlockMs = 0;
  #building: Promise<void> | undefined;
  #stopped = false;

  constructor(options: ZkBlockProducerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Transactions wait. */
  notifyPending(): void {
    this.#scheduleAt(this.#lastBlockMs + ZK_BLOCK_INTERVAL_MS);
  }

  /** Something that is to cross waits: the next block comes at once. */
  notifyCrossing(): void {
    this.#scheduleAt(this.#lastBlockMs + MIN_BLOCK_INTERVAL_MS);
  }

  /** Value that left the fast chain, in order. */
  addReleases(releases: readonly Release[]): void {
    if (releases.length === 0) return;
    this.#releases.push(...releases);
    this.notifyCrossing();
  }

  /** Finishes the block under way and makes no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    await this.#building;
  }

  #scheduleAt(dueMs: number): void {
    if (this.#stopped || dueMs >= this.#dueMs) return;
    this.#dueMs = dueMs;
    if (this.#building === undefined) this.#arm();
  }

  #arm(): void {
    this.#cancelTimer?.();
    const waitMs = Math.max(0, this.#dueMs - this.#clock.monotonicMs());
    this.#cancelTimer = this.#clock.after(waitMs, () => {
      this.#dueMs = Infinity;
      this.#building = this.#build().finally(() => {
        this.#building = undefined;
        if (this.#releases.length > 0) this.notifyCrossing();
        if (this.#dueMs !== Infinity && !this.#stopped) this.#arm();
      });
    });
  }

  async #build(): Promise<void> {
    const { zkChain, onFailed, nowMs } = this.#options;
    const releases = this.#releases.slice(0, MAX_RELEASES_PER_BLOCK);
    const timestampMs = nowMs();
    try {
      const built = await zkChain.build({ timestampMs, releases });
      this.#lastBlockMs = this.#clock.monotonicMs();
      if (built === undefined) return;
      await this.#order(built, timestampMs, releases.length);
    } catch (error) {
      if (!this.#stopped) onFailed(error as Error);
    }
  }

  async #order(
    built: NonNullable<Awaited<ReturnType<ZkEngine["build"]>>>,
    timestampMs: TimestampMs,
    releaseCount: number,
  ): Promise<void> {
    const { ordering, zkChain, chainId, onDeposits } = this.#options;
    const { transactions, transactionsRoot, stateRoot, deposits } = built;
    let ordered: ReturnType<Ordering["propose"]>;
    try {
      const draft = { chainId, transactions, transactionsRoot, stateRoot, timestampMs };
      ordered = namedStep("ZK block", () => ordering.propose(draft));
    } catch (error) {
      await zkChain.discard();
      // The disk is behind: what waits goes on waiting.
      if (!(error instanceof LedgerError && error.code === "STORE_BUSY")) throw error;
      this.notifyPending();
      return;
    }
    this.#releases.splice(0, releaseCount);
    onDeposits(deposits);
    await zkChain.commit(ordered.block.header, ordered.block.hash);
  }
}
