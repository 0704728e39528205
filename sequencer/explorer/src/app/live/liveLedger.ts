import type { ChainName, LedgerBlock } from "@weft/rpc/answers";
import { LIVE_BATCH, LIVE_BLOCKS, LIVE_INTERVAL_MS, PACE_MS } from "../limits.ts";
import { type HeadWatcher, watchHeads } from "../rpc/headWatcher.ts";
import type { Rpc } from "../rpc/rpc.ts";

/**
 * The newest blocks of the ledger, as they come. What the node tells of wakes it; what is shown is asked for in
 * batches, at a pace that a hundred blocks a second don't change.
 */
export class LiveLedger {
  /** Newest first; at most `LIVE_BLOCKS`. */
  blocks: readonly LedgerBlock[] = [];
  /** The newest height that the node has told of. */
  headHeight = -1;
  /** The newest number of each chain, where it is known. */
  readonly numbers = new Map<ChainName, number>();
  /** Undefined while the node answers. */
  error: Error | undefined;
  readonly #rpc: Rpc;
  readonly #watcher: HeadWatcher;
  readonly #listeners = new Set<() => void>();
  #isPaused = false;
  #isWatched = false;
  #isAsking = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When the newest block came, by the page's clock. */
  #grownAtMs = 0;
  #falling: ReturnType<typeof setTimeout> | undefined;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
    this.#watcher = watchHeads(rpc, {
      head: (_, height) => this.#hear(height),
      // What came while nobody listened is asked for.
      connection: () => {
        this.#wake();
        this.#tell();
      },
    });
  }

  /** Whether anybody looks: if not, the node is asked for nothing. Then only heights are heard. */
  watch(isWatched: boolean): void {
    this.#isWatched = isWatched;
    this.#wake();
  }

  get isConnected(): boolean {
    return this.#watcher.isConnected;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Blocks that have come since it was paused. */
  get missed(): number {
    return Math.max(0, this.headHeight - (this.blocks[0]?.height ?? this.headHeight));
  }

  /** How long nothing has come, in ms; 0 while it is paused, when nothing is asked for. */
  get quietMs(): number {
    return this.#isPaused ? 0 : performance.now() - this.#grownAtMs;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    this.#wake();
    this.#tell();
  }

  /** Told of every change. @returns how to stop listening */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #hear(height: number): void {
    this.headHeight = Math.max(this.headHeight, height);
    if (this.#isAtRest) this.#tell();
    else this.#wake();
  }

  #wake(): void {
    if (this.#isAtRest || this.#isAsking) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#ask();
    }, LIVE_INTERVAL_MS);
  }

  async #ask(): Promise<void> {
    this.#isAsking = true;
    try {
      await this.#askOnce();
      this.error = undefined;
    } catch (error) {
      this.error = error as Error;
    }
    this.#isAsking = false;
    this.#tell();
    // More came meanwhile.
    if (this.error === undefined && this.missed > 0) this.#wake();
  }

  async #askOnce(): Promise<void> {
    const head = await this.#rpc.call<{ height: number } | null>("fast", "weft_ledgerHead");
    if (head === null) return;
    this.headHeight = Math.max(this.headHeight, head.height);
    const known = this.blocks[0]?.height ?? -1;
    const fromHeight = Math.max(known + 1, head.height - LIVE_BATCH + 1);
    if (fromHeight > head.height) return;
    const range = { fromHeight, limit: LIVE_BATCH };
    const blocks = await this.#rpc.call<LedgerBlock[]>("fast", "weft_getBlocks", range);
    if (this.#isPaused) return;
    // Between what was known and what is new may be a hole: then only the new is shown.
    const older = fromHeight === known + 1 ? this.blocks : [];
    for (const { chain, number } of blocks) this.numbers.set(chain, number);
    this.blocks = [...blocks.reverse(), ...older].slice(0, LIVE_BLOCKS);
    this.#grownAtMs = performance.now();
    // Nothing else tells that nothing comes any more.
    clearTimeout(this.#falling);
    this.#falling = setTimeout(() => this.#tell(), PACE_MS + LIVE_INTERVAL_MS);
    // Hundreds of blocks may pass between two of the ZK chain.
    if (this.numbers.has("zk")) return;
    this.numbers.set("zk", Number(await this.#rpc.call<string>("zk", "eth_blockNumber")));
  }

  get #isAtRest(): boolean {
    return this.#isPaused || !this.#isWatched;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
