import { type Address, bytesEqual, type Finality, type Hash } from "@weft/protocol";
import type { StoredTruth } from "./storedTruth.ts";

export type LanePlace = { readonly room: Address; readonly lane: number; readonly sessionId: Hash };

/** What a player sent on one lane, and was told of it; held at once against what is on disk. */
export class LaneLog {
  readonly room: Address;
  readonly lane: number;
  readonly sessionId: Hash;
  readonly #truth: StoredTruth;
  readonly #onViolation: (what: string) => void;
  /** By number, from 1. */
  readonly #sent: Uint8Array[] = [];
  /** The newest frame that the player was told is on disk. */
  sequenced = 0;
  #sealed = 0;

  constructor(place: LanePlace, truth: StoredTruth, onViolation: (what: string) => void) {
    this.room = place.room;
    this.lane = place.lane;
    this.sessionId = place.sessionId;
    this.#truth = truth;
    this.#onViolation = onViolation;
    const stored = truth.lane(place.room, place.lane);
    if (stored?.sessionId !== place.sessionId) {
      onViolation(`${this.#name} was welcomed before its join was on disk`);
    }
  }

  get newest(): number {
    return this.#sent.length;
  }

  sent(seq: number, frame: Uint8Array): void {
    if (seq !== this.#sent.length + 1) this.#onViolation(`${this.#name} sends frame ${seq} again`);
    this.#sent.push(frame);
  }

  told({ sequenced, sealed }: Finality): void {
    this.sequenced = Math.max(this.sequenced, sequenced);
    this.#sealed = Math.max(this.#sealed, sealed);
    const stored = this.#truth.lane(this.room, this.lane)?.frames.length ?? 0;
    if (sequenced <= stored) return;
    this.#onViolation(`${this.#name} was told that ${sequenced} frames are on disk, ${stored} are`);
  }

  /** Everything that was acknowledged is there, and all that is there is what was sent, once. */
  check(): void {
    const frames = this.#truth.lane(this.room, this.lane)?.frames ?? [];
    if (frames.length < this.sequenced) {
      this.#onViolation(
        `${this.#name}: ${this.sequenced} frames were acknowledged, ${frames.length} are there`,
      );
    }
    if (frames.length > this.#sent.length) {
      this.#onViolation(
        `${this.#name}: ${this.#sent.length} frames were sent, ${frames.length} are there`,
      );
    }
    frames.forEach((frame, index) => {
      const sent = this.#sent[index];
      if (sent !== undefined && bytesEqual(sent, frame)) return;
      this.#onViolation(`${this.#name}: frame ${index + 1} isn't what was sent`);
    });
  }

  get #name(): string {
    return `lane ${this.lane} of ${this.room}`;
  }
}
