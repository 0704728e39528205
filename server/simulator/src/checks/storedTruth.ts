import {
  type Address,
  type Block,
  decodeFastTransaction,
  type Hash,
  hashTransaction,
  type RoomEvents,
} from "@weft/protocol";
import { FAST_CHAIN } from "../constants.ts";
import type { OnMark } from "../marks.ts";

type StoredLane = { readonly sessionId: Hash; readonly frames: Uint8Array[] };

/**
 * What is on disk for good, read from the blocks as they get there. A disk that keeps what it acknowledged never has less later.
 */
export class StoredTruth {
  readonly #onMark: OnMark;
  readonly #lanes = new Map<string, StoredLane>();
  readonly #transactions = new Map<Hash, number>();
  readonly #blocks: Hash[] = [];

  constructor(onMark: OnMark) {
    this.#onMark = onMark;
  }

  get height(): number {
    return this.#blocks.length - 1;
  }

  /** How often a transaction is in the ledger. */
  timesStored(transaction: Uint8Array): number {
    return this.#transactions.get(hashTransaction(transaction)) ?? 0;
  }

  lane(room: Address, lane: number): StoredLane | undefined {
    return this.#lanes.get(`${room}:${lane}`);
  }

  /** @returns what is wrong, if something is: a block in the place of another one. */
  stored({ header, hash, transactions }: Block): string | undefined {
    const known = this.#blocks[header.height];
    if (known !== undefined) {
      return known === hash
        ? undefined
        : `block ${header.height} was acknowledged, and is another one now`;
    }
    this.#blocks[header.height] = hash;
    if (header.chainId !== FAST_CHAIN) return undefined;
    for (const encoded of transactions) {
      const transaction = decodeFastTransaction(encoded);
      if (transaction.type === "roomEvents") this.#takeEvents(transaction);
      else if (transaction.type === "signed") {
        const transactionHash = hashTransaction(encoded);
        this.#transactions.set(transactionHash, (this.#transactions.get(transactionHash) ?? 0) + 1);
      }
    }
    return undefined;
  }

  #takeEvents({ room, events }: RoomEvents): void {
    for (const event of events) {
      if (event.type === "join") {
        this.#lanes.set(`${room}:${event.lane}`, { sessionId: event.sessionId, frames: [] });
      } else if (event.type === "frame") this.lane(room, event.lane)?.frames.push(event.frame);
      else if (event.type === "rejoin") this.#onMark("a session comes back to its lane");
      else if (event.type === "close") this.#onMark("a room is closed");
      else if (event.type === "leave" && event.reason === "disconnected") {
        this.#onMark("a player's place ends for lack of a connection");
      }
    }
  }
}
