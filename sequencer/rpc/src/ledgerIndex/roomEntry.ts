import type { Address, CreateRoom, Hash, LeaveReason, LedgerHeight } from "@weft/protocol";
import { MAX_ROOM_MARKS, ROOM_MARK_EVENTS } from "./limits.ts";

/** What a room's events say of one lane. */
export type LaneEntry = {
  readonly lane: number;
  sessionId: Hash | undefined;
  joinedHeight: LedgerHeight | undefined;
  frames: number;
  seals: number;
  /** The frame up to which its player has signed. */
  sealedSeq: number;
  left: { readonly reason: LeaveReason; readonly height: LedgerHeight } | undefined;
};

/** A block that has events of the room, and the first of them. */
export type RoomMark = { readonly height: LedgerHeight; readonly firstIndex: number };

/** A room, open or closed, as far as its blocks have been looked at. */
export class RoomEntry {
  readonly room: Address;
  created: (CreateRoom & { readonly height: LedgerHeight }) | undefined;
  closedHeight: LedgerHeight | undefined;
  /** The last block with something of the room. */
  newestHeight: LedgerHeight;
  /** How many it had by then. */
  events = 0;
  /** Its clock by then. */
  nowMs = 0;
  readonly lanes = new Map<number, LaneEntry>();
  /** Its rounds' ids. */
  readonly rounds = new Set<Hash>();
  #marks: RoomMark[] = [];
  #stride = ROOM_MARK_EVENTS;

  constructor(room: Address, height: LedgerHeight) {
    this.room = room;
    this.newestHeight = height;
  }

  /** Where to begin to read for an event: at the place, or as near before it as is known. */
  markFor(index: number): RoomMark | undefined {
    return this.#marks.findLast(({ firstIndex }) => firstIndex <= index) ?? this.#marks[0];
  }

  /** Remembers a place when there is none near. Comes in order, in either direction. */
  addMark(mark: RoomMark): void {
    const first = this.#marks[0];
    const last = this.#marks.at(-1);
    if (first === undefined || last === undefined) this.#marks.push(mark);
    else if (mark.firstIndex >= last.firstIndex + this.#stride) this.#marks.push(mark);
    else if (mark.firstIndex <= first.firstIndex - this.#stride) this.#marks.unshift(mark);
    // The log's beginning is worth a mark however near the next one is.
    else if (mark.firstIndex === 0 && first.firstIndex > 0) this.#marks[0] = mark;
    if (this.#marks.length <= MAX_ROOM_MARKS) return;
    this.#marks = this.#marks.filter((_, index) => index % 2 === 0);
    this.#stride *= 2;
  }
}
