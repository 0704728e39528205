import type { RoomJournal, SealVerifier } from "@weft/fast-chain";
import type { GameInstance } from "@weft/game";
import {
  type CoSignature,
  decodeCoSignature,
  decodeFrame,
  decodeSeal,
  type Frame,
  type Refusal,
  type RoomEvent,
  type Seal,
} from "@weft/protocol";
import { codeOf } from "../errors.ts";
import {
  MAX_BAD_MESSAGES,
  MAX_UNSEQUENCED_FRAMES,
  SAMPLED_SEALS,
  SAMPLED_SEALS_WITHIN_MS,
} from "../limits.ts";
import type { CoSignatureVerdict } from "../round/coSigning.ts";
import type { Seat } from "./seat.ts";
import type { Unsequenced } from "./unsequenced.ts";

/** Has seals verified in another thread, and says later whether they hold. */
export type SealSource = Pick<SealVerifier, "verify">;

export type LaneIntakeOptions = {
  readonly journal: RoomJournal;
  readonly program: GameInstance;
  /** Gets the frames that are taken. */
  readonly unsequenced: Unsequenced;
  /** Verifies some of the seals; without it, or while it takes none, only those are verified that a report depends on. */
  readonly sealVerifier?: SealSource | undefined;
  /** From 0 (included) to 1 (excluded): decides which seals are verified. No player may know what comes. */
  readonly random: () => number;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  readonly refuse: (seat: Seat, refusal: Refusal) => void;
  /** A client whose messages are more than mistakes loses its place. */
  readonly dropMisbehaved: (seat: Seat, message: string) => void;
  /** A seal isn't the session key's: no client of ours sends one. */
  readonly dropFalseSeal: (seat: Seat) => void;
  /** Something failed that isn't the player's doing. */
  readonly onHostError: (error: unknown) => void;
};

/**
 * Takes what players send, frames, seals and co-signatures: checks, logs, then runs them. Whatever
 * a player sends, this neither throws nor touches anybody else.
 */
export class LaneIntake {
  readonly #options: LaneIntakeOptions;

  constructor(options: LaneIntakeOptions) {
    this.#options = options;
  }

  /** A frame's bytes as they came; they are copied, since they share a buffer with what comes next. */
  frame(seat: Seat, received: Uint8Array): void {
    if (seat.gone) return;
    const nowMs = this.#options.nowMs();
    if (!seat.frames.take(nowMs)) {
      // Not even looked at. With the next beat the client learns from which frame on to send again.
      seat.gap = "RATE_LIMITED";
      this.#countExcess(seat);
      return;
    }
    const bytes = new Uint8Array(received);
    const frame = decoded(decodeFrame, bytes);
    if (frame === undefined) {
      this.#bad(seat, "FRAME_MALFORMED", "the bytes aren't a frame");
      return;
    }
    // The client sends again what it doesn't know to have arrived: what is here already changes nothing.
    if (frame.seq < seat.expected) return;
    if (frame.seq > seat.expected) seat.gap ??= "FRAME_OUT_OF_ORDER";
    else if (seat.unsequenced >= MAX_UNSEQUENCED_FRAMES) seat.gap = "RATE_LIMITED";
    else this.#runFrame(seat, frame, bytes, nowMs);
  }

  #runFrame(seat: Seat, frame: Frame, bytes: Uint8Array, nowMs: number): void {
    const { program, unsequenced } = this.#options;
    const { lane } = seat;
    const event = this.#append(seat, { type: "frame", lane, frame: bytes });
    if (event === undefined) return;
    seat.noteFrame(nowMs);
    unsequenced.add(event, seat);
    try {
      const outcome = program.frame(lane, frame);
      if (outcome.applied) return;
      // It stays in the lane without effect, so the client has nothing to send again.
      const { code, message } = outcome;
      this.#options.refuse(seat, { code, message, seq: frame.seq });
    } catch (error) {
      this.#options.onHostError(error);
    }
  }

  /** A seal's bytes as they came. */
  seal(seat: Seat, received: Uint8Array): void {
    if (seat.gone || !this.#takeSignatureToken(seat)) return;
    const seal = decoded(decodeSeal, received);
    if (seal === undefined) {
      this.#bad(seat, "SEAL_MALFORMED", "the bytes aren't a seal");
      return;
    }
    if (seal.seq <= seat.sealedSeq) return;
    if (seal.seq !== seat.seq) this.#refuseSeal(seat, seal);
    else this.#appendSeal(seat, seal);
  }

  /** A co-signature's bytes as they came. @param take Whoever gathers them says what became of it. */
  coSignature(
    seat: Seat,
    received: Uint8Array,
    take: (coSignature: CoSignature) => CoSignatureVerdict,
  ): void {
    if (seat.gone || !this.#takeSignatureToken(seat)) return;
    const coSignature = decoded(decodeCoSignature, received);
    if (coSignature === undefined) {
      this.#bad(seat, "CO_SIGNATURE_MALFORMED", "the bytes aren't a co-signature");
      return;
    }
    const verdict = take(coSignature);
    if (verdict === "CO_SIGNATURE_INVALID") {
      this.#bad(seat, verdict, "not this player's signature of the round's report");
    } else if (verdict === "CO_SIGNATURE_LATE") {
      // No mistake of the client's: it was slow.
      this.#options.refuse(seat, { code: verdict, message: "no report waits for it" });
    }
  }

  /** Each signature costs a check, whatever it is of. */
  #takeSignatureToken(seat: Seat): boolean {
    if (seat.seals.take(this.#options.nowMs())) return true;
    this.#options.refuse(seat, { code: "RATE_LIMITED", message: "too many signatures" });
    this.#countExcess(seat);
    return false;
  }

  #appendSeal(seat: Seat, { seq, signature }: Seal): void {
    const { lane } = seat;
    const event = this.#append(seat, { type: "seal", lane, seq, signature });
    if (event === undefined) return;
    seat.noteSeal(seq);
    this.#sample(seat);
  }

  /**
   * Has the seal verified that was just appended, if it is the lane's first or drawn by lot: nobody waits for that. A false one
   * never counts in a report, so this is only so that who sends such seals doesn't keep the place for long.
   */
  #sample(seat: Seat): void {
    const { sealVerifier, random, journal, dropFalseSeal } = this.#options;
    if (sealVerifier === undefined || (seat.sealVerified && random() >= SAMPLED_SEALS)) return;
    const lane = journal.lane(seat.lane);
    // When a round has ended, whoever draws up its report has them all verified.
    if (lane === undefined || journal.round?.end !== undefined) return;
    const { sessionKey: key, sealed: claim } = lane;
    const isTaken = sealVerifier.verify({ key, claim }, SAMPLED_SEALS_WITHIN_MS, (verdict) => {
      if (verdict === "invalid") dropFalseSeal(seat);
      else if (verdict === "unknown") seat.sealVerified = false;
    });
    if (isTaken) seat.sealVerified = true;
  }

  /** A seal covers the newest frame or nothing: it fits no other hash. */
  #refuseSeal(seat: Seat, { seq }: Seal): void {
    const { expected, seq: newest } = seat;
    const message = `a seal up to ${seq}, the newest frame is ${newest}`;
    this.#options.refuse(seat, { code: "SEAL_OUT_OF_ORDER", message, seq, expected });
  }

  /** Appends what a player sent. A refusal by the chain goes to the player. */
  #append(seat: Seat, event: RoomEvent): number | undefined {
    try {
      return this.#options.journal.append(event);
    } catch (error) {
      const code = codeOf(error);
      if (code === "BLOCK_FULL") this.#waitForDisk(seat);
      else if (code === "CHAIN_STOPPED" || code === "INTERNAL") this.#options.onHostError(error);
      else this.#bad(seat, code, (error as Error).message);
      return undefined;
    }
  }

  /** The disk is behind: the client sends again later, and isn't to lose its place for seals that can't be taken. */
  #waitForDisk(seat: Seat): void {
    seat.gap = "RATE_LIMITED";
    if (seat.unsealedSinceMs !== undefined) seat.unsealedSinceMs = this.#options.nowMs();
  }

  #countExcess(seat: Seat): void {
    if (seat.excess.take(this.#options.nowMs())) return;
    this.#options.dropMisbehaved(seat, "far too many messages");
  }

  #bad(seat: Seat, code: string, message: string): void {
    this.#options.refuse(seat, { code, message, expected: seat.expected });
    if (++seat.badMessages < MAX_BAD_MESSAGES) return;
    this.#options.dropMisbehaved(seat, `${MAX_BAD_MESSAGES} bad messages in a row`);
  }
}

/** What it gives shares nothing with the bytes. */
function decoded<T>(decode: (bytes: Uint8Array) => T, bytes: Uint8Array): T | undefined {
  try {
    return decode(bytes);
  } catch {
    return undefined;
  }
}
