import type { Lane } from "@weft/fast-chain";
import type { Finality, Hash, LaneHead, LedgerHeight } from "@weft/protocol";
import type { DropCode, RefusalCode } from "../errors.ts";
import { TokenBucket } from "../limit/tokenBucket.ts";
import {
  EXCESS_PER_SECOND,
  FRAMES_BURST,
  FRAMES_PER_SECOND,
  MAX_EXCESS_MESSAGES,
  SEALS_BURST,
  SEALS_PER_SECOND,
} from "../limits.ts";

/** A player's connection, as far as a room needs it. */
export interface Peer {
  /** Whether the client has taken its place: before, only what it must have is sent. */
  readonly ready: boolean;
  /** Bytes that wait for the client to read them. */
  readonly bufferedBytes: number;
  send(type: string, message: unknown): void;
  close(code: DropCode, reason: string): void;
}

/** A player's place in a room: one lane, and what the room remembers of it. */
export class Seat {
  readonly lane: number;
  readonly sessionId: Hash;
  readonly frames: TokenBucket;
  readonly seals: TokenBucket;
  /** Messages over the rates of the other two. A flood goes on through the few that are good in it. */
  readonly excess: TokenBucket;
  /** Undefined while the connection is broken. */
  peer: Peer | undefined;
  /** When the connection that is there now came. */
  connectedAtMs: number;
  /** The client wants to know how far each patch of the state is. */
  wantsStamps = false;
  /** Out of the ledger, and its player hasn't come back yet. */
  awaited = false;
  /** The lane has ended. */
  gone = false;
  /** The newest frame that the room ran, and the newest that is sealed. */
  head: LaneHead;
  sealedSeq: number;
  /** One of its seals was verified here, or is being so. */
  sealVerified = false;
  /** When the newest frame came; 0 before the first since this process started. */
  frameAtMs = 0;
  /** Since when there are frames without a seal; undefined without any, or without a connection. */
  unsealedSinceMs: number | undefined;
  /** Why frames were not taken since the last word to the client, which resends from the head on. */
  gap: RefusalCode | undefined;
  /** Malformed or wrongly signed messages since the last good one. */
  badMessages = 0;
  readonly #sequencing = new Sequencing();
  #told: Finality | undefined;

  /** @param peer Undefined for a place whose player has yet to come back. */
  constructor(
    lane: number,
    sessionId: Hash,
    head: LaneHead,
    peer: Peer | undefined,
    nowMs: number,
  ) {
    this.lane = lane;
    this.sessionId = sessionId;
    this.head = head;
    this.sealedSeq = head.seq;
    this.peer = peer;
    this.connectedAtMs = nowMs;
    this.frames = new TokenBucket(FRAMES_PER_SECOND, FRAMES_BURST, nowMs);
    this.seals = new TokenBucket(SEALS_PER_SECOND, SEALS_BURST, nowMs);
    this.excess = new TokenBucket(EXCESS_PER_SECOND, MAX_EXCESS_MESSAGES, nowMs);
  }

  /** A place out of the ledger: its frames are all on disk. */
  static restore(
    lane: number,
    { sessionId, head, sealed }: Pick<Lane, "sessionId" | "head" | "sealed">,
    height: LedgerHeight,
    nowMs: number,
  ): Seat {
    const seat = new Seat(lane, sessionId, head, undefined, nowMs);
    seat.awaited = true;
    seat.sealedSeq = sealed.seq;
    seat.#sequencing.seq = head.seq;
    seat.#sequencing.height = height;
    return seat;
  }

  get expected(): number {
    return this.head.seq + 1;
  }

  /** Frames that are applied and not on disk yet. */
  get unsequenced(): number {
    return this.#sequencing.waiting;
  }

  /** The lane grew by a frame, the room's event number `event`. */
  noteFrame(event: number, head: LaneHead, nowMs: number): void {
    this.head = head;
    this.frameAtMs = nowMs;
    this.badMessages = 0;
    this.unsealedSinceMs ??= nowMs;
    this.#sequencing.add(event);
  }

  noteSeal(seq: number): void {
    this.sealedSeq = seq;
    this.badMessages = 0;
    this.unsealedSinceMs = undefined;
  }

  noteSequenced(events: number, height: LedgerHeight): void {
    this.#sequencing.advance(events, height);
  }

  /** What the client doesn't know yet of how far its frames are; undefined when it knows all. */
  newFinality(): Finality | undefined {
    const { seq: sequenced, height } = this.#sequencing;
    if (height === undefined) return undefined;
    const next: Finality = { applied: this.head.seq, sequenced, height, sealed: this.sealedSeq };
    const told = this.#told;
    if (
      told !== undefined &&
      told.applied === next.applied &&
      told.sequenced === next.sequenced &&
      told.sealed === next.sealed
    ) {
      return undefined;
    }
    this.#told = next;
    return next;
  }

  /** A new connection knows nothing, and has asked for nothing. */
  forgetTold(): void {
    this.#told = undefined;
    this.wantsStamps = false;
  }
}

/**
 * Maps "the room's events below n are on disk" to the newest of one lane's frames that is. A lane's frames are
 * numbered from 1 without gaps, so counting them is enough.
 */
class Sequencing {
  /** Event numbers of the frames after `seq`, ascending; those before `#first` are done. */
  #events: number[] = [];
  #first = 0;
  /** Frames up to this number are on disk … */
  seq = 0;
  /** … and this is the newest block that says so; undefined until the room's first. */
  height: LedgerHeight | undefined;

  get waiting(): number {
    return this.#events.length - this.#first;
  }

  add(event: number): void {
    this.#events.push(event);
  }

  advance(events: number, height: LedgerHeight): void {
    const before = this.#first;
    while (this.#first < this.#events.length && (this.#events[this.#first] as number) < events) {
      this.#first++;
    }
    const newly = this.#first - before;
    this.seq += newly;
    if (newly > 0 || this.height === undefined) this.height = height;
    if (this.#first > 1024 || this.waiting === 0) {
      this.#events = this.#events.slice(this.#first);
      this.#first = 0;
    }
  }
}
