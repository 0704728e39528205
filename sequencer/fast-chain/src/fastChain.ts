import { type Ledger, LedgerError, namedStep, type OrderedBlock } from "@weft/ledger";
import {
  type Address,
  assert,
  type ChainId,
  type CreateRoom,
  encodeFastTransaction,
  type FastGenesis,
  type FastTransaction,
  type Hash,
  hashTransaction,
  type JoinTicket,
  type LedgerHeight,
  MAX_BLOCK_TRANSACTIONS,
  type Release,
  type RoomEvent,
  seedOf,
  type TimestampMs,
  timestampMs,
} from "@weft/protocol";
import { balanceOf } from "./account/balance.ts";
import { applyTransaction } from "./applyTransaction.ts";
import { type Checks, fullChecks } from "./checks.ts";
import { FastChainError, refuse } from "./errors.ts";
import { PendingBlock } from "./pendingBlock.ts";
import { type FastReceipt, Receipts } from "./receipts.ts";
import { type RestoredFastChain, restoreFastChain } from "./restoreFastChain.ts";
import { applyEventToState, knownRoom, markRoundHeights } from "./room/applyRoomEvents.ts";
import { Journal } from "./roomJournal.ts";
import { checkTicket } from "./session/checkTicket.ts";
import { loadFastSnapshots } from "./snapshot/fastSnapshot.ts";
import { type SnapshotOptions, Snapshotter } from "./snapshot/snapshotter.ts";
import { FastState } from "./state.ts";
import { type Transition, transitionOn } from "./transition.ts";
import type { FastChainHost, Inclusion, RoomJournal, RoomRecord, Session } from "./types.ts";

/** A block is made this long after the one before, or, after a rest, after the first thing that it holds. */
export const BLOCK_INTERVAL_MS = 10;
/** Bytes that may wait for a block, while the disk is behind, before more is refused. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;

export type FastChainOptions = {
  readonly ledger: Ledger;
  /** For the first block, on an empty ledger. */
  readonly genesis: FastGenesis;
  /** What is checked when it arrives; all there is by default. */
  readonly checks?: Checks;
  readonly nowMs?: () => TimestampMs;
  /** Calls `run` after a time. @returns what calls it off. Default: the process's timers. */
  readonly after?: (delayMs: number, run: () => void) => () => void;
  /** Value that left, in order, once its block is ordered; on a restart what left before, first. */
  readonly onReleases?: (releases: readonly Release[]) => void;
  /** Nonce of the first release to tell of on a restart: the earlier ones arrived. Default 0. */
  readonly releasesFrom?: bigint;
  /** Where to write snapshots, and look for one to begin with; none without it. */
  readonly snapshots?: SnapshotOptions;
  /** The chain can't go on: nothing is acknowledged from here on. */
  readonly onFailed?: (error: Error) => void;
};

type Waiting = {
  readonly index: number;
  readonly isSigned: boolean;
  readonly resolve: (inclusion: Inclusion) => void;
  readonly reject: (error: Error) => void;
};

/**
 * The fast chain in the process that orders it. A transaction is checked and applied when it
 * arrives, so that the order of arrival is the order of the chain; blocks gather what was applied.
 */
export class FastChain implements FastChainHost {
  readonly chainId: ChainId;
  /** What it began with: a snapshot or none, and the blocks that were applied after it. */
  readonly restored: Pick<RestoredFastChain, "snapshotHeight" | "blocks">;
  readonly #ledger: Ledger;
  readonly #state: FastState;
  readonly #nowMs: () => TimestampMs;
  readonly #options: FastChainOptions;
  readonly #transition: Transition;
  readonly #receipts: Receipts;
  readonly #snapshotter: Snapshotter | undefined;
  readonly #journals = new Map<Address, Journal>();
  readonly #sessionListeners = new Set<(session: Session, reason: string) => void>();
  #pending = new PendingBlock();
  #waiting: Waiting[] = [];
  #releases: Omit<Release, "fromHeight">[] = [];
  #cancelTimer: (() => void) | undefined;
  /** When the newest block was ordered, and how long the newest state root took: for an even pace. */
  #orderedMs = 0;
  #rootTookMs = 0;
  #stopped: Error | undefined;

  /** Continues the ledger's fast chain, or begins it. @throws FastChainError when the ledger doesn't replay. */
  constructor(options: FastChainOptions) {
    this.#options = options;
    this.#ledger = options.ledger;
    this.#nowMs = options.nowMs ?? (() => timestampMs(Date.now()));
    this.chainId = options.genesis.chainId;
    this.#receipts = new Receipts(this.#ledger, this.chainId);
    const restored = this.#ledger.chainHead(this.chainId) ? this.#restore() : this.#begin();
    this.#state = restored.state;
    this.#transition = transitionOn(this.#state, this.#ledger, options.checks ?? fullChecks);
    this.restored = { snapshotHeight: restored.snapshotHeight, blocks: restored.blocks };
    this.#snapshotter = this.#createSnapshotter();
  }

  #begin(): Pick<RestoredFastChain, "state" | "snapshotHeight" | "blocks"> {
    const { genesis } = this.#options;
    const state = new FastState(genesis);
    this.#ledger.propose({
      chainId: this.chainId,
      transactions: [encodeFastTransaction({ type: "genesis", ...genesis })],
      stateRoot: state.committedRoot,
      timestampMs: genesis.timestampMs,
    });
    return { state, snapshotHeight: undefined, blocks: 0 };
  }

  #createSnapshotter(): Snapshotter | undefined {
    const { snapshots } = this.#options;
    if (snapshots === undefined) return undefined;
    const { snapshotHeight } = this.restored;
    const newest =
      snapshotHeight === undefined
        ? { number: 0, timestampMs: this.#state.genesis.timestampMs }
        : this.#ledger.blockByHeight(snapshotHeight)?.header;
    assert(newest !== undefined, "the snapshot that a chain began with is of one of its blocks");
    const headHeight = this.#ledger.head?.header.height ?? 0;
    return new Snapshotter(snapshots, { newest, headHeight });
  }

  #restore(): RestoredFastChain {
    const { releasesFrom = 0n, onReleases, snapshots } = this.#options;
    const ledger = this.#ledger;
    const onSkipped = (error: Error) => snapshots?.onProblem?.(error);
    const restored = restoreFastChain({
      ledger,
      chainId: this.chainId,
      snapshots:
        snapshots === undefined ? [] : loadFastSnapshots({ ...snapshots, ledger, onSkipped }),
      releasesFrom,
      onSkipped,
    });
    for (const [hash, place] of restored.receipts) this.#receipts.add(hash, place);
    if (restored.releases.length > 0) onReleases?.(restored.releases);
    return restored;
  }

  async submit(transaction: FastTransaction): Promise<Inclusion> {
    const index = this.#admit(transaction);
    const isSigned = transaction.type === "signed";
    return new Promise((resolve, reject) => {
      this.#waiting.push({ index, isSigned, resolve, reject });
    });
  }

  /** Checks, applies, and queues for the next block. @returns its index there. */
  #admit(transaction: FastTransaction): number {
    this.#assertRoom();
    if (transaction.type === "roomEvents") {
      refuse("TX_UNSUPPORTED", "a room's events come through its journal");
    }
    const encoded = encodeFastTransaction(transaction);
    const { withdrawal, closed } = applyTransaction(this.#transition, transaction);
    if (withdrawal !== undefined) this.#releases.push(withdrawal);
    const touchesRooms = transaction.type !== "signed" && transaction.type !== "deposit";
    const index = this.#pending.addTransaction(encoded, touchesRooms);
    this.#schedule();
    if (closed !== undefined) {
      const reason = transaction.type === "closeSession" ? transaction.reason : "replaced";
      for (const listener of this.#sessionListeners) listener(closed, reason);
    }
    return index;
  }

  createRoom(create: Omit<CreateRoom, "seedHeight" | "seed">): RoomJournal {
    this.#admit({ type: "createRoom", ...create, ...this.seed(create.room) });
    return this.#openJournal(create.room);
  }

  resumeRoom(room: Address): RoomJournal {
    this.room(room);
    if (this.#journals.has(room)) refuse("ROOM_HOSTED", `the log of ${room} is open`, { room });
    return this.#openJournal(room);
  }

  #openJournal(address: Address): RoomJournal {
    const journal = new Journal(address, {
      record: (room) => this.room(room),
      append: (room, event) => this.#append(room, event),
    });
    this.#journals.set(address, journal);
    return journal;
  }

  #append(room: Address, event: RoomEvent): number {
    this.#assertRoom();
    const index = applyEventToState(this.#transition, room, event).events - 1;
    this.#pending.addEvent(room, index, event);
    this.#schedule();
    return index;
  }

  #assertRoom(): void {
    if (this.#stopped !== undefined) {
      throw new FastChainError("CHAIN_STOPPED", "the fast chain takes nothing more", {
        cause: this.#stopped,
      });
    }
    const { sizeBytes, transactionCount } = this.#pending;
    if (sizeBytes > MAX_PENDING_BYTES || transactionCount >= MAX_BLOCK_TRANSACTIONS) {
      refuse("BLOCK_FULL", "the next block is full: the disk is behind, try again", { sizeBytes });
    }
  }

  #schedule(): void {
    const { after = afterHere } = this.#options;
    this.#cancelTimer ??= after(this.#delayMs(), () => {
      this.#cancelTimer = undefined;
      namedStep("fast block", () => this.#makeBlock());
    });
  }

  /**
   * While there is always something to order, blocks come at an even pace: the time since the last one counts, and one that
   * needs a new state root is begun as much earlier as the last root took.
   */
  #delayMs(): number {
    const nowMs = this.#nowMs();
    const sinceMs = nowMs - this.#orderedMs;
    const isPlaying = sinceMs >= 0 && sinceMs < BLOCK_INTERVAL_MS;
    const delayMs = isPlaying ? BLOCK_INTERVAL_MS - sinceMs : BLOCK_INTERVAL_MS;
    const earlyMs = Math.max(0, delayMs - this.#rootTookMs);
    return this.#state.isCheckpoint(timestampMs(nowMs + earlyMs)) ? earlyMs : delayMs;
  }

  #makeBlock(): void {
    if (this.#pending.isEmpty || this.#stopped !== undefined) return;
    const pending = this.#pending;
    const transactions = pending.pack();
    const head = this.#ledger.head?.header;
    const blockMs = timestampMs(Math.max(this.#nowMs(), head?.timestampMs ?? 0));
    const stateRoot = this.#rootAt(blockMs);
    let ordered: OrderedBlock;
    try {
      ordered = this.#ledger.propose({
        chainId: this.chainId,
        ...{ transactions, stateRoot, timestampMs: blockMs },
        canWait: pending.canWait,
      });
    } catch (error) {
      // The disk is behind. What waits goes on waiting, and past a bound more is refused.
      if (error instanceof LedgerError && error.code === "STORE_BUSY") this.#schedule();
      else this.#fail(error as Error);
      return;
    }
    this.#orderedMs = this.#nowMs();
    // Before anything changes: in this moment the state is what the header's root is over.
    if (this.#state.isCheckpoint(blockMs)) {
      this.#snapshotter?.offer(ordered, this.#state, this.#receipts);
    }
    this.#state.commitRoot(blockMs, stateRoot);
    const rooms = pending.rooms();
    for (const room of rooms) markRoundHeights(this.#state, room, ordered.block.header.height);
    this.#pending = new PendingBlock();
    this.#afterBlock(ordered, rooms);
  }

  #rootAt(blockMs: TimestampMs): Hash {
    if (!this.#state.isCheckpoint(blockMs)) return this.#state.committedRoot;
    const startMs = this.#nowMs();
    const root = namedStep("fast state root", () => this.#state.currentRoot());
    // Of a clock that may be set: only what can be.
    this.#rootTookMs = Math.min(BLOCK_INTERVAL_MS, Math.max(0, this.#nowMs() - startMs));
    return root;
  }

  #afterBlock({ block, durable }: OrderedBlock, rooms: ReadonlySet<Address>) {
    const { height, number } = block.header;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { index, isSigned, resolve } of waiting) {
      // Of the others nobody asks, and most are rooms' events.
      const hash = hashTransaction(block.transactions[index] as Uint8Array);
      if (isSigned) this.#receipts.add(hash, { height, index });
      resolve({ hash, height, blockHash: block.hash, number, index, durable });
    }
    const releases = this.#releases.map((release) => ({ ...release, fromHeight: height }));
    this.#releases = [];
    if (releases.length > 0) this.#options.onReleases?.(releases);
    const progress = [...rooms].flatMap((room) => {
      const journal = this.#journals.get(room);
      const events = this.#state.room(room)?.events;
      if (events === undefined) this.#journals.delete(room);
      return journal === undefined ? [] : [{ journal, events: events ?? Infinity }];
    });
    durable.then(
      () => {
        for (const { journal, events } of progress) journal.notifySequenced({ events, height });
      },
      (error: Error) => this.#fail(error),
    );
  }

  #fail(error: Error): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = error;
    for (const { reject } of this.#waiting) reject(error);
    this.#waiting = [];
    this.#options.onFailed?.(error);
  }

  seed(subject: Hash | Address): { seedHeight: LedgerHeight; seed: Hash } {
    const head = this.#ledger.head;
    assert(head !== undefined, "a chain that began has a block");
    return { seedHeight: head.header.height, seed: seedOf(head.hash, subject) };
  }

  checkTicket(ticket: JoinTicket, signature: Uint8Array): Session {
    return checkTicket(this.#state, ticket, signature, fullChecks);
  }

  onSessionClosed(listener: (session: Session, reason: string) => void): () => void {
    this.#sessionListeners.add(listener);
    return () => this.#sessionListeners.delete(listener);
  }

  /** What the chain began with, as its first block has it. */
  get genesis(): FastGenesis {
    return this.#state.genesis;
  }

  session(id: Hash): Session | undefined {
    return this.#state.session(id);
  }

  sessions(): IterableIterator<Session> {
    return this.#state.sessions();
  }

  /** @throws FastChainError ROOM_UNKNOWN */
  room(address: Address): RoomRecord {
    return knownRoom(this.#state, address);
  }

  rooms(): readonly RoomRecord[] {
    return [...this.#state.rooms()];
  }

  /** Deposits credited so far: the nonce of the next. */
  get deposits(): bigint {
    return this.#state.deposits;
  }

  /** Withdrawals made so far. */
  get withdrawals(): bigint {
    return this.#state.withdrawals;
  }

  get portal(): Address {
    return this.#state.genesis.portal;
  }

  balance(asset: Address, owner: Address): bigint {
    return balanceOf(this.#state, asset, owner);
  }

  nonce(owner: Address): number {
    return this.#state.account(owner).nonce;
  }

  receipt(hash: Hash): FastReceipt | undefined {
    return this.#receipts.get(hash);
  }

  /** Puts what was applied into a block, and takes nothing more. */
  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#makeBlock();
    this.#stopped ??= new Error("the fast chain was stopped");
    await this.#snapshotter?.stop();
  }
}

function afterHere(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
}
