import type { Address, Hash, LedgerHeight, TimestampMs } from "@weft/protocol";
import { ZERO_ADDRESS } from "@weft/protocol";
import {
  MAX_ACCOUNT_TRANSACTIONS,
  MAX_INDEXED_ACCOUNTS,
  MAX_INDEXED_ASSETS,
  MAX_INDEXED_CROSSINGS,
  MAX_INDEXED_ROOMS,
  MAX_INDEXED_ROUNDS,
  MAX_INDEXED_SESSIONS,
  MAX_INDEXED_TRANSACTIONS,
} from "./limits.ts";
import { NewestMap } from "./newestMap.ts";
import { RoomEntry } from "./roomEntry.ts";

/** A transaction's place: the block, and the transaction's index among all of the block's. */
export type Place = { readonly height: LedgerHeight; readonly index: number };

/** A round, as far as its blocks have been looked at. */
export type RoundEntry = {
  readonly roundId: Hash;
  readonly room: Address;
  opened:
    | {
        readonly height: LedgerHeight;
        readonly cap: number;
        readonly deadlineMs: TimestampMs;
        readonly players: readonly number[];
      }
    | undefined;
  endedHeight: LedgerHeight | undefined;
  reported: (Place & { readonly prizes: number; readonly actions: number }) | undefined;
  voided: { readonly height: LedgerHeight; readonly code: string } | undefined;
};

/** Whether blocks are read forwards or backwards. */
export type Direction = "later" | "earlier";

type AccountEntry = { readonly later: Place[]; readonly earlier: Place[] };

/** What was found in the blocks that have been looked at. */
export class LedgerEntries {
  readonly transactions = new NewestMap<Hash, Place>(MAX_INDEXED_TRANSACTIONS);
  readonly rooms = new NewestMap<Address, RoomEntry>(MAX_INDEXED_ROOMS);
  readonly rounds = new NewestMap<Hash, RoundEntry>(MAX_INDEXED_ROUNDS);
  /** Transactions that opened sessions, by the session's id. */
  readonly sessions = new NewestMap<Hash, Place>(MAX_INDEXED_SESSIONS);
  /** Arrivals on the fast chain, and on the ZK chain, by their nonces. */
  readonly deposits = new NewestMap<bigint, Place>(MAX_INDEXED_CROSSINGS);
  readonly releases = new NewestMap<bigint, Place>(MAX_INDEXED_CROSSINGS);
  /** All that crossed, ZKPoW included. */
  readonly assets = new Set<Address>([ZERO_ADDRESS]);
  readonly #accounts = new NewestMap<Address, AccountEntry>(MAX_INDEXED_ACCOUNTS);

  /** The room's entry, made when there is none. */
  room(room: Address, height: LedgerHeight, direction: Direction): RoomEntry {
    const known = this.rooms.get(room);
    if (known !== undefined) return known;
    const entry = new RoomEntry(room, height);
    add(this.rooms, direction, room, entry);
    return entry;
  }

  round(roundId: Hash, room: Address, direction: Direction): RoundEntry {
    const known = this.rounds.get(roundId);
    if (known !== undefined) return known;
    const entry: RoundEntry = {
      roundId,
      room,
      opened: undefined,
      endedHeight: undefined,
      reported: undefined,
      voided: undefined,
    };
    add(this.rounds, direction, roundId, entry);
    return entry;
  }

  addAsset(asset: Address): void {
    if (this.assets.size < MAX_INDEXED_ASSETS) this.assets.add(asset);
  }

  /** A transaction that an account sent, or that is to its good. */
  addActivity(accounts: Iterable<Address>, place: Place, direction: Direction): void {
    for (const account of new Set(accounts)) {
      let entry = this.#accounts.get(account);
      if (entry === undefined) {
        entry = { later: [], earlier: [] };
        add(this.#accounts, direction, account, entry);
      }
      const { later, earlier } = entry;
      if (direction === "later") {
        later.push(place);
        if (later.length > MAX_ACCOUNT_TRANSACTIONS) later.shift();
      } else if (earlier.length < MAX_ACCOUNT_TRANSACTIONS) earlier.push(place);
    }
  }

  /** Newest first. */
  activityOf(account: Address): Place[] {
    const { later = [], earlier = [] } = this.#accounts.get(account) ?? {};
    return [...later.toReversed(), ...earlier].slice(0, MAX_ACCOUNT_TRANSACTIONS);
  }
}

export function add<Key, Value>(
  map: NewestMap<Key, Value>,
  direction: Direction,
  key: Key,
  value: Value,
): void {
  if (direction === "later") map.addLater(key, value);
  else map.addEarlier(key, value);
}
