import { type Address, encodeRoomRuns, MAX_ROOM_EVENTS, type RoomEvent } from "@weft/protocol";
import { isPlay } from "./room/applyPlay.ts";

/** Bytes of events after which a room's run is closed: well under the limit of a transaction. */
const MAX_RUN_BYTES = 1024 * 1024;
/** About what a room's event takes in memory until it is in a block; what a frame or a report adds is counted as it is. */
const EVENT_OVERHEAD_BYTES = 128;

/** Besides play, what looks neither at the blocks below nor at the height that it will have itself. */
const ANY_HEIGHT: ReadonlySet<RoomEvent["type"]> = new Set(["join", "rejoin", "leave"]);

/** Whether an event may be applied while the block before its own isn't ordered. */
export function fitsAnyHeight(event: RoomEvent): boolean {
  return isPlay(event) || ANY_HEIGHT.has(event.type);
}

type Run = { room: Address; firstIndex: number; events: RoomEvent[]; sizeBytes: number };

/**
 * What was applied since the last block, in an order that a replay may follow. Events of one room
 * are gathered into runs. A run may move ahead of what other rooms and accounts did meanwhile, since
 * they don't touch each other; what touches sessions (joins and rejoins too) or begins a room ends all runs.
 */
export class PendingBlock {
  /** Encoded, or undefined for the next of the runs. */
  readonly #transactions: (Uint8Array | undefined)[] = [];
  readonly #runs: Run[] = [];
  /** Those that may go on. */
  readonly #openRuns = new Map<Address, Run>();
  #sizeBytes = 0;
  #isOnlyPlay = true;

  /** Nobody waits for the block by the millisecond. */
  get canWait(): boolean {
    return this.#isOnlyPlay;
  }

  get isEmpty(): boolean {
    return this.#transactions.length === 0;
  }

  /** About what it takes in memory: more than the block's transactions will. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get transactionCount(): number {
    return this.#transactions.length;
  }

  /** @returns the transaction's index in the block. */
  addTransaction(encoded: Uint8Array, touchesRooms: boolean): number {
    if (touchesRooms) this.#openRuns.clear();
    this.#isOnlyPlay = false;
    this.#sizeBytes += encoded.length;
    return this.#transactions.push(encoded) - 1;
  }

  addEvent(room: Address, index: number, event: RoomEvent): void {
    if (!isPlay(event)) {
      // Somebody waits for it by the millisecond: joins, leaves, sends a report.
      this.#isOnlyPlay = false;
      if (event.type === "join" || event.type === "rejoin") this.#openRuns.clear();
    }
    const sizeBytes = EVENT_OVERHEAD_BYTES + variableBytes(event);
    this.#sizeBytes += sizeBytes;
    const run = this.#openRuns.get(room);
    if (run !== undefined && run.events.length < MAX_ROOM_EVENTS && run.sizeBytes < MAX_RUN_BYTES) {
      run.events.push(event);
      run.sizeBytes += sizeBytes;
      return;
    }
    const begun = { room, firstIndex: index, events: [event], sizeBytes };
    this.#openRuns.set(room, begun);
    this.#runs.push(begun);
    this.#transactions.push(undefined);
  }

  /** Rooms with events in it, and how many events they have with these. */
  rooms(): ReadonlyMap<Address, number> {
    const rooms = new Map<Address, number>();
    for (const { room, firstIndex, events } of this.#runs) {
      rooms.set(room, firstIndex + events.length);
    }
    return rooms;
  }

  /** The block's transactions, encoded. */
  pack(): Uint8Array[] {
    const packed = encodeRoomRuns(this.#runs);
    let next = 0;
    return this.#transactions.map((encoded) => encoded ?? (packed[next++] as Uint8Array));
  }
}

function variableBytes(event: RoomEvent): number {
  if (event.type === "frame") return event.frame.length;
  if (event.type === "report") {
    return event.report.results.length + event.report.mints.length * EVENT_OVERHEAD_BYTES;
  }
  return 0;
}
