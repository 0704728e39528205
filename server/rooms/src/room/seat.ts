import type { Lane } from "@weft/fast-chain";
import type { FinalityMessage, Hash, LedgerHeight } from "@weft/protocol";
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
  seq: number;
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
  /** Frames up to this number are on disk … */
  #sequenced: number;
  /** … and this is the newest block that says so; undefined until the room's first. */
  #height: LedgerHeight | undefined;
  #hasNews = true;

  /** @param peer Undefined for a place whose player has yet to come back. */
  constructor(lane: number, sessionId: Hash, seq: number, peer: Peer | undefined, nowMs: number) {
    this.lane = lane;
    this.sessionId = sessionId;
    this.seq = seq;
    this.sealedSeq = seq;
    this.#sequenced = seq;
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
    const seat = new Seat(lane, sessionId, head.seq, undefined, nowMs);
    seat.awaited = true;
    seat.sealedSeq = sealed.seq;
    seat.#height = height;
    return seat;
  }

  get expected(): number {
    return this.seq + 1;
  }

  /** Frames that are applied and not on disk yet. */
  get unsequenced(): number {
    return this.seq - this.#sequenced;
  }

  /** The lane grew by a frame. */
  noteFrame(nowMs: number): void {
    this.seq++;
    this.#hasNews = true;
    this.frameAtMs = nowMs;
    this.badMessages = 0;
    this.unsealedSinceMs ??= nowMs;
  }

  noteSeal(seq: number): void {
    this.sealedSeq = seq;
    this.#hasNews = true;
    this.badMessages = 0;
    this.unsealedSinceMs = undefined;
  }

  /** One more of the lane's frames is on disk, in this block. */
  noteSequenced(height: LedgerHeight): void {
    this.#sequenced++;
    this.#height = height;
    this.#hasNews = true;
  }

  /** The client doesn't know yet how far its frames are. */
  get hasNews(): boolean {
    return this.#hasNews;
  }

  /**
   * What the client is to know of how far its frames are; undefined when it knows that.
   * @param newest The room's newest block on disk, for a lane none of whose frames got there yet; undefined before the first.
   */
  newFinality(newest: LedgerHeight | undefined): FinalityMessage | undefined {
    this.#height ??= newest;
    if (this.#height === undefined || !this.#hasNews) return undefined;
    this.#hasNews = false;
    return [this.seq, this.#sequenced, this.#height, this.sealedSeq];
  }

  /** A new connection knows nothing, and has asked for nothing. */
  forgetTold(): void {
    this.#hasNews = true;
    this.wantsStamps = false;
  }
}
