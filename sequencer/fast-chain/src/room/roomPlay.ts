import { extendLaneHash, type Hash, type TimestampMs } from "@weft/protocol";
import type { Lane, RoomRecord, SealClaim } from "../types.ts";
import { activeLane } from "./lane.ts";

/**
 * What was played in a room since its record was made: frames, seals, ticks and checkpoints. They come by the thousand, and
 * here none costs a copy of the record and of its list of lanes. It goes on for as long as nothing but play happens: what were
 * made anew for each record would live just long enough to make collecting young garbage slow.
 */
export class RoomPlay {
  /** As the record has them, or as they are by now. */
  events: number;
  nowMs: TimestampMs;
  stateHash: Hash;
  #before: RoomRecord;
  readonly #lanes = new Map<number, PlayedLane>();

  constructor(before: RoomRecord) {
    this.#before = before;
    this.events = before.events;
    this.nowMs = before.nowMs;
    this.stateHash = before.stateHash;
  }

  /** As the record will have it. */
  laneNow(number: number): Lane | undefined {
    return this.#lanes.get(number)?.toLane() ?? this.#before.lanes[number];
  }

  /** @throws FastChainError LANE_UNKNOWN when there is no such lane or its player is gone. */
  lane(number: number): PlayedLane {
    const known = this.#lanes.get(number);
    if (known !== undefined) return known;
    const played = new PlayedLane(activeLane(this.#before, number));
    this.#lanes.set(number, played);
    return played;
  }

  /** Nothing was played since the record was made. */
  get isSettled(): boolean {
    return this.events === this.#before.events;
  }

  /** @returns the room's record by now, of which it goes on; the very one from before when there was no event */
  settle(): RoomRecord {
    if (this.isSettled) return this.#before;
    const { events, nowMs, stateHash } = this;
    const lanes = [...this.#before.lanes];
    for (const [number, played] of this.#lanes) lanes[number] = played.toLane();
    this.#before = { ...this.#before, events, nowMs, stateHash, lanes };
    return this.#before;
  }
}

/**
 * A lane that grows. Its newest frame may wait to be hashed, and the seal over it with it, until another frame comes or
 * somebody wants to know: a hash by itself, between all else that the thread does, takes many times what it takes among others.
 */
export class PlayedLane {
  /** As it was when somebody last wanted to know. */
  #known: Lane;
  #seq: number;
  /** Of all frames but `#frame`. */
  #hash: Hash;
  #sealed: SealClaim;
  /** The newest frame while it isn't hashed, and its seal's signature if there is one. */
  #frame: Uint8Array | undefined;
  #signature: Uint8Array | undefined;

  constructor(before: Lane) {
    this.#known = before;
    this.#seq = before.head.seq;
    this.#hash = before.head.hash;
    this.#sealed = before.sealed;
  }

  /** Frames so far. */
  get seq(): number {
    return this.#seq;
  }

  add(frame: Uint8Array): void {
    this.hash();
    this.#frame = frame;
    this.#seq++;
  }

  /** The player claims to have signed for the lane as it is. */
  seal(signature: Uint8Array): void {
    this.#signature = signature;
    if (this.#frame === undefined) this.#claim();
  }

  hash(): void {
    if (this.#frame === undefined) return;
    this.#hash = extendLaneHash(this.#hash, this.#frame);
    this.#frame = undefined;
    if (this.#signature !== undefined) this.#claim();
  }

  #claim(): void {
    this.#sealed = { seq: this.#seq, hash: this.#hash, signature: this.#signature };
    this.#signature = undefined;
  }

  /** As it is now: the very one from the last time when nothing has happened since. */
  toLane(): Lane {
    this.hash();
    const { sessionId, sessionKey, payout, head, sealed, left } = this.#known;
    if (this.#seq !== head.seq || this.#sealed !== sealed) {
      const newHead = { seq: this.#seq, hash: this.#hash };
      this.#known = { sessionId, sessionKey, payout, head: newHead, sealed: this.#sealed, left };
    }
    return this.#known;
  }
}
