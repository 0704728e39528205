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
import { fitsAnyHeight, PendingBlock } from "./pendingBlock.ts";
import { type FastReceipt, Receipts } from "./receipts.ts";
import { type RestoredFastChain, restoreFastChain } from "./restoreFastChain.ts";
import { applyEventToState, knownRoom, markRoundHeights } from "./room/applyRoomEvents.ts";
import { Journal } from "./roomJournal.ts";
import type { RootWork } from "./rootWork.ts";
import { checkTicket } from "./session/checkTicket.ts";
import { loadFastSnapshots } from "./snapshot/fastSnapshot.ts";
import { type SnapshotOptions, Snapshotter } from "./snapshot/snapshotter.ts";
import { FastState, type StateView } from "./state.ts";
import { type Submission, Submissions } from "./submissions.ts";
import { type Transition, transitionOn } from "./transition.ts";
import type { FastChainHost, Inclusion, RoomJournal, RoomRecord, Session } from "./types.ts";

/** A block is made this long after the one before, or, after a rest, after the first thing that it holds. */
export const BLOCK_INTERVAL_MS = 10;
/** How much of a state root is made in one turn: less than 1 ms. The thread does other things in between. */
const ROOT_SLICE_BYTES = 96 * 1024;
/** A block that is made so long before the next checkpoint is due isn't late for it. */
const SOON_MS = 2;
/** Node.js's timers come up to a ms late, and hardly ever early. */
const TIMERS_LATE_MS = 1;
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
  /** How much of a state root is made in one turn of the event loop, see `RootWork`. Default: less than 1 ms of it. */
  readonly rootSliceBytes?: number;
  /** The chain can't go on: nothing is acknowledged from here on. */
  readonly onFailed?: (error: Error) => void;
};

/** A block but for its place. */
type Draft = {
  readonly pending: PendingBlock;
  /** The moment that decides which root it has. */
  readonly blockMs: TimestampMs;
  readonly stateRoot: Hash;
  /** For a snapshot of the state with this block. */
  readonly view?: StateView | undefined;
};

type Cut = Omit<Draft, "stateRoot"> & { readonly root: RootWork; readonly begunMs: number };

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
  readonly #submissions = new Submissions();
  readonly #journals = new Map<Address, Journal>();
  readonly #sessionListeners = new Set<(session: Session, reason: string) => void>();
  #pending = new PendingBlock();
  #releases: Omit<Release, "fromHeight">[] = [];
  /** A block that waits for its state root, while the next is gathered. */
  #cut: Cut | undefined;
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

  submit(transaction: FastTransaction): Promise<Inclusion> {
    return new Promise((resolve, reject) => {
      const submission = { transaction, resolve, reject };
      if (this.#cut === undefined || this.#stopped !== undefined) this.#enter(submission);
      else if (this.#submissions.isFull) refuseFull({});
      // It may look at the block before its own, which isn't ordered yet.
      else this.#submissions.queue(submission);
    });
  }

  #enter(submission: Submission): void {
    this.#submissions.entered(submission, this.#admit(submission.transaction));
  }

  #enterQueued(): void {
    for (const submission of this.#submissions.takeQueued()) {
      try {
        this.#enter(submission);
      } catch (error) {
        submission.reject(error as Error);
      }
    }
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
    if (!this.#finishCut()) refuseFull({});
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
      state: this.#state,
      append: (room, event) => this.#append(room, event),
    });
    this.#journals.set(address, journal);
    return journal;
  }

  #append(room: Address, event: RoomEvent): number {
    if (this.#cut !== undefined && !fitsAnyHeight(event) && !this.#finishCut()) refuseFull({});
    this.#assertRoom();
    const index = applyEventToState(this.#transition, room, event) - 1;
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
    const waitingBytes = sizeBytes + (this.#cut?.pending.sizeBytes ?? 0);
    if (waitingBytes > MAX_PENDING_BYTES || transactionCount >= MAX_BLOCK_TRANSACTIONS) {
      refuseFull({ sizeBytes: waitingBytes });
    }
  }

  #schedule(): void {
    // With every event: most come while the next block is under way already.
    if (this.#cut === undefined && this.#cancelTimer === undefined) {
      this.#wakeAfter(this.#delayMs());
    }
  }

  #wakeAfter(delayMs: number): void {
    if (this.#stopped !== undefined) return;
    const { after = afterHere } = this.#options;
    this.#cancelTimer ??= after(delayMs, () => {
      this.#cancelTimer = undefined;
      namedStep("fast block", () => this.#makeBlock());
    });
  }

  /**
   * While there is always something to order, blocks come at an even pace: the time since the last one counts, and one that
   * needs a new state root is begun as much earlier as the last root took. Where that would be too soon for one, the
   * block before it comes earlier instead.
   */
  #delayMs(): number {
    const nowMs = this.#nowMs();
    const sinceMs = nowMs - this.#orderedMs;
    const isPlaying = sinceMs >= 0 && sinceMs < BLOCK_INTERVAL_MS;
    const delayMs = isPlaying ? BLOCK_INTERVAL_MS - sinceMs : BLOCK_INTERVAL_MS;
    const earlyMs = Math.max(0, delayMs - this.#rootTookMs);
    const dueMs = this.#state.nextCheckpointMs - nowMs;
    if (dueMs <= earlyMs) return earlyMs;
    if (dueMs > delayMs) return delayMs;
    return dueMs > SOON_MS ? dueMs - SOON_MS : dueMs;
  }

  /** Makes a block of what waits, or goes on with the one that waits for its root. */
  #makeBlock(): void {
    if (this.#stopped !== undefined) return;
    this.#state.hashPlayed();
    if (this.#cut === undefined) {
      if (this.#pending.isEmpty) return;
      const headMs = this.#ledger.head?.header.timestampMs ?? 0;
      const blockMs = timestampMs(Math.max(this.#nowMs(), headMs));
      if (!this.#state.isCheckpoint(blockMs)) {
        const stateRoot = this.#state.committedRoot;
        if (!this.#order({ pending: this.#pending, blockMs, stateRoot })) this.#schedule();
        return;
      }
      this.#cut = this.#cutBlock(blockMs);
    }
    this.#goOn(this.#cut, this.#options.rootSliceBytes ?? ROOT_SLICE_BYTES);
  }

  /** What was applied so far goes into one block, whose root is made in slices; what comes meanwhile goes into the next. */
  #cutBlock(blockMs: TimestampMs): Cut {
    const number = (this.#ledger.chainHead(this.chainId)?.header.number ?? -1) + 1;
    const view = this.#snapshotter?.view(this.#state, { number, timestampMs: blockMs });
    const pending = this.#pending;
    this.#pending = new PendingBlock();
    return { pending, blockMs, view, root: this.#state.beginRoot(), begunMs: this.#nowMs() };
  }

  #goOn(cut: Cut, sliceBytes: number): void {
    const { pending, blockMs, view, root, begunMs } = cut;
    const isNew = !root.isDone;
    const stateRoot = namedStep("fast state root", () => root.run(sliceBytes));
    if (stateRoot === undefined) {
      this.#wakeAfter(0);
      return;
    }
    // Of a clock that may be set: only what can be.
    const tookMs = Math.min(BLOCK_INTERVAL_MS, Math.max(0, this.#nowMs() - begunMs));
    if (isNew) this.#rootTookMs = tookMs;
    if (this.#order({ pending, blockMs, stateRoot, view })) this.#enterQueued();
    else this.#wakeAfter(BLOCK_INTERVAL_MS);
  }

  /**
   * Orders the block that waits for its root, now, for what must come after it.
   * @returns whether there is none any more; false while the disk is too far behind
   */
  #finishCut(): boolean {
    if (this.#cut === undefined || this.#stopped !== undefined) return true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#goOn(this.#cut, Number.POSITIVE_INFINITY);
    return this.#cut === undefined;
  }

  /** @returns whether the ledger took it. Else what waits goes on waiting, and past a bound more is refused. */
  #order({ pending, blockMs, stateRoot, view }: Draft): boolean {
    let ordered: OrderedBlock;
    try {
      ordered = this.#ledger.propose({
        chainId: this.chainId,
        transactions: pending.pack(),
        stateRoot,
        timestampMs: blockMs,
        canWait: pending.canWait,
      });
    } catch (error) {
      // STORE_BUSY: the disk is behind.
      if (!(error instanceof LedgerError && error.code === "STORE_BUSY"))
        this.#fail(error as Error);
      return false;
    }
    this.#orderedMs = this.#nowMs();
    if (view !== undefined) this.#snapshotter?.write(ordered, view, this.#receipts);
    const { height, timestampMs } = ordered.block.header;
    // Its own time: another chain's block may have come since the cut.
    this.#state.commitRoot(timestampMs, stateRoot);
    const rooms = pending.rooms();
    for (const room of rooms.keys()) markRoundHeights(this.#state, room, height);
    if (this.#cut === undefined) this.#pending = new PendingBlock();
    this.#cut = undefined;
    this.#afterBlock(ordered, rooms);
    if (!this.#pending.isEmpty) this.#schedule();
    return true;
  }

  #afterBlock({ block, durable }: OrderedBlock, rooms: ReadonlyMap<Address, number>) {
    const { height } = block.header;
    this.#submissions.ordered({ block, durable }, this.#receipts);
    const releases = this.#releases;
    if (releases.length > 0) {
      this.#releases = [];
      this.#options.onReleases?.(releases.map((one) => ({ ...one, fromHeight: height })));
    }
    const progress: { readonly journal: Journal; readonly events: number }[] = [];
    for (const [room, events] of rooms) {
      const journal = this.#journals.get(room);
      if (journal === undefined) continue;
      progress.push({ journal, events });
      if (this.#state.roomBeforePlay(room) === undefined) this.#journals.delete(room);
    }
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
    this.#cut?.view?.close();
    this.#submissions.reject(error);
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
    this.#cancelTimer = undefined;
    this.#finishCut();
    this.#makeBlock();
    this.#finishCut();
    this.#stopped ??= new Error("the fast chain was stopped");
    // What the disk doesn't take in time.
    this.#cut?.view?.close();
    this.#submissions.reject(this.#stopped);
    await this.#snapshotter?.stop();
  }
}

/** @throws FastChainError */
function refuseFull(details: Readonly<Record<string, unknown>>): never {
  refuse("BLOCK_FULL", "the next block is full: the disk is behind, try again", details);
}

function afterHere(delayMs: number, run: () => void): () => void {
  if (delayMs === 0) {
    // Sooner than a timer, and after whatever has come in.
    const turn = setImmediate(run);
    return () => clearImmediate(turn);
  }
  const timer = setTimeout(run, delayMs - TIMERS_LATE_MS);
  return () => clearTimeout(timer);
}
