import {
  type Address,
  assert,
  type FastGenesis,
  type Hash,
  type TimestampMs,
  timestampMs,
  type Value,
  ZERO_HASH,
} from "@weft/protocol";
import { type PlayedLane, RoomPlay } from "./room/roomPlay.ts";
import { type ChangedLeaf, RootWork } from "./rootWork.ts";
import { StateTree } from "./stateTree.ts";
import type { Lane, RoomRecord, Session } from "./types.ts";
import { ViewedMap } from "./viewedMap.ts";

/** What one address has on the fast chain. Amounts are in the asset's smallest unit. */
export type Account = {
  readonly nonce: number;
  /** By asset; zeros is ZKPoW. Never holds a zero. */
  readonly balances: ReadonlyMap<Address, bigint>;
};

const NO_ACCOUNT: Account = { nonce: 0, balances: new Map() };

/** A leaf of the state root: its name, and the value whose encoding the root commits to. */
export type StateLeaf = readonly [name: string, value: Value];

/** Every leaf of a state, as of the moment of `FastState.view`. The same one may come twice. */
export interface StateView extends Iterable<StateLeaf> {
  close(): void;
}

const COUNTERS = "counters";

/** How often the state root is brought up to date. */
const CHECKPOINT_INTERVAL_MS = 1000;

/**
 * Everything the fast chain is: a function of its blocks. Entries are replaced, never changed in place, so that a refused
 * transaction leaves no trace and a reader isn't disturbed. What is played in rooms gathers beside them, and becomes an
 * entry when somebody reads it.
 */
export class FastState {
  readonly genesis: FastGenesis;
  /** Deposits credited so far. */
  deposits = 0n;
  /** Withdrawals made so far. */
  withdrawals = 0n;
  /** Root at the last checkpoint, as headers carry it. */
  committedRoot: Hash;
  checkpointMs: TimestampMs;

  readonly #accounts = new ViewedMap<Address, Account>();
  /** Derived from the accounts: not part of the root. */
  readonly #supplies = new Map<Address, bigint>();
  readonly #sessions = new ViewedMap<Hash, Session>();
  readonly #sessionOfSubject = new Map<Hash, Hash>();
  readonly #rooms = new ViewedMap<Address, RoomRecord>();
  /** What is played in rooms, each on top of the room's entry. */
  readonly #plays = new Map<Address, RoomPlay>();
  /** Lanes whose newest frame may not be hashed yet. Bounded by what may wait for a block. */
  readonly #unhashed: PlayedLane[] = [];
  readonly #tree = new StateTree();
  #rootWork: RootWork | undefined;
  /** What changed since the root was brought up to date. By kind, since making a leaf's name costs more than the rest of an action. */
  readonly #dirty = {
    account: new Set<Address>(),
    session: new Set<Hash>(),
    room: new Set<Address>(),
  };

  constructor(genesis: FastGenesis) {
    this.genesis = genesis;
    this.checkpointMs = genesis.timestampMs;
    this.committedRoot = this.currentRoot();
  }

  /**
   * The state that has these leaves. Whether they are a chain's is for whoever has a root to compare:
   * nothing is checked here.
   */
  static fromLeaves(genesis: FastGenesis, leaves: Iterable<StateLeaf>): FastState {
    const state = new FastState(genesis);
    for (const [name, value] of leaves) state.#load(name, value);
    return state;
  }

  account(address: Address): Account {
    return this.#accounts.get(address) ?? NO_ACCOUNT;
  }

  setAccount(address: Address, account: Account): void {
    this.#addToSupply(this.account(address), -1n);
    this.#addToSupply(account, 1n);
    this.#accounts.set(address, account);
    this.#dirty.account.add(address);
  }

  /** Sum over all accounts of what they have of an asset: what the portal owes them. */
  supply(asset: Address): bigint {
    return this.#supplies.get(asset) ?? 0n;
  }

  #addToSupply({ balances }: Account, sign: bigint): void {
    for (const [asset, balance] of balances) {
      this.#supplies.set(asset, this.supply(asset) + sign * balance);
    }
  }

  session(id: Hash): Session | undefined {
    return this.#sessions.get(id);
  }

  sessionOfSubject(subject: Hash): Session | undefined {
    const id = this.#sessionOfSubject.get(subject);
    return id === undefined ? undefined : this.#sessions.get(id);
  }

  sessions(): IterableIterator<Session> {
    return this.#sessions.values();
  }

  setSession(session: Session): void {
    this.#sessions.set(session.id, session);
    this.#sessionOfSubject.set(session.subject, session.id);
    this.#dirty.session.add(session.id);
  }

  deleteSession(session: Session): void {
    this.#sessions.delete(session.id);
    this.#sessionOfSubject.delete(session.subject);
    this.#dirty.session.add(session.id);
  }

  /** As it is now, whatever happens next. */
  room(address: Address): RoomRecord | undefined {
    const play = this.#plays.get(address);
    if (play !== undefined) this.#settle(play);
    return this.#rooms.get(address);
  }

  /** A room's clock, as it is now. */
  clockMs(address: Address): TimestampMs | undefined {
    return (this.#plays.get(address) ?? this.#rooms.get(address))?.nowMs;
  }

  /** One of its lanes, as it is now. */
  lane(address: Address, number: number): Lane | undefined {
    const play = this.#plays.get(address);
    return play === undefined ? this.#rooms.get(address)?.lanes[number] : play.laneNow(number);
  }

  /** Without what was played in it lately, which changes neither its round nor that it is there: costs nothing. */
  roomBeforePlay(address: Address): RoomRecord | undefined {
    return this.#rooms.get(address);
  }

  rooms(): IterableIterator<RoomRecord> {
    this.#settleRooms();
    return this.#rooms.values();
  }

  /** To add to what is played in a room, until somebody wants its record; undefined for a room that isn't there. */
  play(address: Address): RoomPlay | undefined {
    const known = this.#plays.get(address);
    if (known !== undefined) return known;
    const record = this.#rooms.get(address);
    if (record === undefined) return undefined;
    const play = new RoomPlay(record);
    this.#plays.set(address, play);
    return play;
  }

  /** The lane's newest frame is hashed with the next block, unless somebody wants to know before. */
  hashSoon(lane: PlayedLane): void {
    this.#unhashed.push(lane);
  }

  /**
   * Hashes what was played since the last block. One right after another they take a third of the time that each takes alone,
   * between all else that the thread does.
   */
  hashPlayed(): void {
    for (const lane of this.#unhashed) lane.hash();
    this.#unhashed.length = 0;
  }

  #settleRooms(): void {
    for (const play of this.#plays.values()) this.#settle(play);
  }

  #settle(play: RoomPlay): void {
    if (!play.isSettled) this.#putRoom(play.settle());
  }

  /** @param room Made of what `room` gave. */
  setRoom(room: RoomRecord): void {
    const isSettled = this.#plays.get(room.room)?.isSettled ?? true;
    assert(isSettled, "a room's record is made of all that was played in it");
    // What is played next is on top of this one.
    this.#plays.delete(room.room);
    this.#putRoom(room);
  }

  #putRoom(room: RoomRecord): void {
    this.#rooms.set(room.room, room);
    this.#dirty.room.add(room.room);
  }

  deleteRoom(address: Address): void {
    this.#plays.delete(address);
    this.#rooms.delete(address);
    this.#dirty.room.add(address);
  }

  /**
   * The state root for the header of a block at `blockMs`: brought up to date about once a second,
   * else the last checkpoint's. Which of the two follows from the blocks' timestamps alone.
   */
  rootAt(blockMs: TimestampMs): Hash {
    return this.isCheckpoint(blockMs) ? this.currentRoot() : this.committedRoot;
  }

  /** The block with that root is ordered. */
  commitRoot(blockMs: TimestampMs, root: Hash): void {
    if (this.isCheckpoint(blockMs)) this.checkpointMs = blockMs;
    this.committedRoot = root;
  }

  /** Whether the header of a block at `blockMs` has the root of the state with that block. */
  isCheckpoint(blockMs: TimestampMs): boolean {
    return blockMs >= this.nextCheckpointMs;
  }

  get nextCheckpointMs(): number {
    return this.checkpointMs + CHECKPOINT_INTERVAL_MS;
  }

  /** Root over everything as it is now. */
  currentRoot(): Hash {
    return this.beginRoot().finish();
  }

  /** Begins the root over everything as it is now; the one before must be done. */
  beginRoot(): RootWork {
    assert(this.#rootWork?.isDone !== false, "one root at a time");
    this.#settleRooms();
    const counters = this.#counters();
    const leaves: ChangedLeaf[] = [{ kind: COUNTERS, id: "", value: () => counters }];
    const { account, session, room } = this.#dirty;
    for (const id of account) {
      const one = this.account(id);
      leaves.push({ kind: "account", id, value: () => accountToValue(one) });
    }
    for (const id of session) {
      const one = this.#sessions.get(id) as Value | undefined;
      leaves.push({ kind: "session", id, value: () => one });
    }
    for (const id of room) {
      const one = this.#rooms.get(id) as Value | undefined;
      leaves.push({ kind: "room", id, value: () => one });
    }
    for (const changed of [account, session, room]) changed.clear();
    this.#rootWork = new RootWork(this.#tree, leaves);
    return this.#rootWork;
  }

  #counters(): Value {
    const { chainId, zkChainId, portal, gamePass, ownershipKey } = this.genesis;
    return {
      chainId,
      zkChainId,
      portal,
      gamePass,
      ownershipKey,
      deposits: this.deposits,
      withdrawals: this.withdrawals,
    };
  }

  /** Everything as it is now, to be read while the state goes on changing. One at a time. */
  view(): StateView {
    this.#settleRooms();
    const counters = this.#counters();
    const accounts = this.#accounts.view();
    const sessions = this.#sessions.view();
    const rooms = this.#rooms.view();
    return {
      *[Symbol.iterator]() {
        yield [COUNTERS, counters];
        for (const [address, account] of accounts) {
          const value = accountToValue(account);
          if (value !== undefined) yield [`account:${address}`, value];
        }
        for (const [id, session] of sessions) yield [`session:${id}`, session as Value];
        for (const [room, record] of rooms) yield [`room:${room}`, record as Value];
      },
      close() {
        for (const view of [accounts, sessions, rooms]) view.close();
      },
    };
  }

  #load(name: string, value: Value): void {
    const { kind, id } = splitName(name);
    switch (kind) {
      case COUNTERS: {
        const { deposits, withdrawals } = value as { deposits: bigint; withdrawals: bigint };
        this.deposits = deposits;
        this.withdrawals = withdrawals;
        return;
      }
      case "account":
        this.setAccount(id, accountFromValue(value));
        return;
      case "session":
        this.setSession(value as unknown as Session);
        return;
      case "room":
        this.setRoom(value as unknown as RoomRecord);
        return;
      default:
        assert(false, `a leaf of a known kind: ${name}`);
    }
  }
}

function accountToValue({ nonce, balances }: Account): Value | undefined {
  if (nonce === 0 && balances.size === 0) return undefined;
  return { nonce, balances: Object.fromEntries(balances) };
}

function accountFromValue(value: Value): Account {
  const { nonce, balances } = value as { nonce: number; balances: Record<Address, bigint> };
  return { nonce, balances: new Map(Object.entries(balances) as [Address, bigint][]) };
}

function splitName(name: string): { kind: string; id: Hash } {
  const split = name.indexOf(":");
  return split < 0
    ? { kind: name, id: ZERO_HASH }
    : { kind: name.slice(0, split), id: name.slice(split + 1) as Hash };
}

/** Time 0: before anything happened. */
export const NO_TIME = timestampMs(0);
