import type { OrderedBlock } from "@weft/ledger";
import type { LedgerHeight } from "@weft/protocol";
import type { Receipts } from "../receipts.ts";
import type { FastState, StateView } from "../state.ts";
import { fastSnapshotContent, fastSnapshotFolder } from "./fastSnapshot.ts";
import type { SnapshotFolder } from "./snapshotFolder.ts";
import { type SnapshotMachine, thisMachine } from "./snapshotMachine.ts";

/** However large the state, writing takes at most one part in so many of the time. */
const REST_FACTOR = 20;

export type SnapshotWritten = {
  readonly height: LedgerHeight;
  readonly sizeBytes: number;
  readonly durationMs: number;
};

export type SnapshotOptions = {
  /** Folder of the files; made when it isn't there. */
  readonly dir: string;
  /** A snapshot is due after so many blocks of the chain, */
  readonly everyBlocks: number;
  /** or so much later than the one before, whichever comes first. */
  readonly everyMs: number;
  /** So many stay, the newest. */
  readonly keep: number;
  readonly onWritten?: (written: SnapshotWritten) => void;
  /** A snapshot couldn't be written, or one there can't be used. The chain goes on without it. */
  readonly onProblem?: (error: Error) => void;
  /** Where the folder is. Default: here. */
  readonly machine?: SnapshotMachine;
};

/** Where the newest snapshot is: at first the one that the chain began with. */
type Newest = { readonly number: number; readonly timestampMs: number };

export type SnapshotterStart = { readonly newest: Newest; readonly headHeight: number };

/** Decides when a snapshot is due, and writes it while play goes on; one at a time. */
export class Snapshotter {
  readonly #options: SnapshotOptions;
  readonly #machine: SnapshotMachine;
  readonly #folder: SnapshotFolder;
  readonly #stopped = new AbortController();
  #newest: Newest;
  #writing: Promise<void> | undefined;
  #restUntilMs = 0;

  /** @throws FastChainError SNAPSHOT_FAILED when there can't be snapshots in the folder */
  constructor(options: SnapshotOptions, { newest, headHeight }: SnapshotterStart) {
    this.#options = options;
    this.#newest = newest;
    this.#machine = options.machine ?? thisMachine;
    this.#folder = fastSnapshotFolder(options.dir, options.keep, this.#machine);
    this.#folder.prepare(headHeight);
  }

  /**
   * A block is about to be ordered whose header has the root of `state` as it is in this moment; from the next on
   * it may change.
   * @returns what to `write` once it is ordered, or to close; undefined when no snapshot is due
   */
  view(state: FastState, { number, timestampMs }: Newest): StateView | undefined {
    if (this.#writing !== undefined || this.#stopped.signal.aborted) return undefined;
    const { everyBlocks, everyMs } = this.#options;
    const isDue =
      number - this.#newest.number >= everyBlocks ||
      timestampMs - this.#newest.timestampMs >= everyMs;
    return isDue && this.#machine.monotonicMs() >= this.#restUntilMs ? state.view() : undefined;
  }

  /** The block is ordered, and the view is of its moment. */
  write({ block, durable }: OrderedBlock, view: StateView, receipts: Receipts): void {
    const { number, timestampMs } = block.header;
    this.#newest = { number, timestampMs };
    this.#writing = this.#write({ block, durable }, view, receipts).finally(() => {
      view.close();
      this.#writing = undefined;
    });
  }

  async #write(
    { block, durable }: OrderedBlock,
    view: StateView,
    receipts: Receipts,
  ): Promise<void> {
    const { onWritten, onProblem } = this.#options;
    const { height } = block.header;
    const { signal } = this.#stopped;
    const startMs = this.#machine.monotonicMs();
    try {
      const content = fastSnapshotContent(block, view, receipts);
      // A snapshot of a block that isn't on disk would be of one that may never have been.
      const sizeBytes = await this.#folder.write(height, content, { ready: durable, signal });
      const durationMs = this.#machine.monotonicMs() - startMs;
      onWritten?.({ height, sizeBytes, durationMs });
    } catch (error) {
      if (!signal.aborted) onProblem?.(error as Error);
    }
    const nowMs = this.#machine.monotonicMs();
    this.#restUntilMs = nowMs + REST_FACTOR * (nowMs - startMs);
  }

  /** Leaves off what is half written. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#writing;
  }
}
