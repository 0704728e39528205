import type { RoomJournal } from "@weft/fast-chain";
import type { GameInstance } from "@weft/game";
import {
  type CoSignature,
  decodeCoSignature,
  decodeFrame,
  decodeSeal,
  type Frame,
  type Refusal,
  type Seal,
} from "@weft/protocol";
import { codeOf } from "../errors.ts";
import { MAX_BAD_MESSAGES, MAX_UNSEQUENCED_FRAMES } from "../limits.ts";
import type { CoSignatureVerdict } from "../round/coSigning.ts";
import { type Arrival, LaneGate, type SealSource } from "./laneGate.ts";
import type { Seat } from "./seat.ts";

export type LaneIntakeOptions = {
  readonly journal: RoomJournal;
  readonly program: GameInstance;
  /** Verifies seals elsewhere; without it they are verified here. */
  readonly sealVerifier?: SealSource | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  readonly refuse: (seat: Seat, refusal: Refusal) => void;
  /** A client whose messages are more than mistakes loses its place. */
  readonly dropMisbehaved: (seat: Seat, message: string) => void;
  /** Something failed that isn't the player's doing. */
  readonly onHostError: (error: unknown) => void;
  /** A seal that was verified elsewhere is in the log, or refused, and the lane goes on. */
  readonly onPassed?: (() => void) | undefined;
};

/**
 * Takes what players send, frames, seals and co-signatures: checks, logs, then runs them. Whatever
 * a player sends, this neither throws nor touches anybody else. Rates are counted when something arrives; what it does
 * may have to wait for the lane's seal to be verified, see `LaneGate`.
 */
export class LaneIntake {
  readonly #options: LaneIntakeOptions;
  readonly #gate: LaneGate;

  constructor(options: LaneIntakeOptions) {
    this.#options = options;
    this.#gate = new LaneGate({
      verifier: options.sealVerifier,
      take: (seat, arrival, mayHold) => this.#take(seat, arrival, mayHold),
      append: (seat, seal) => this.#appendSeal(seat, seal),
      refuse: (seat, { seq }) => {
        const message = `the seal up to ${seq} isn't the session key's over this lane`;
        this.#bad(seat, "SEAL_SIGNATURE_INVALID", message);
      },
      onPassed: () => options.onPassed?.(),
    });
  }

  /** Nothing of the lane waits any more: to be called before anything whose order with what the player sent matters. */
  settle(seat: Seat): void {
    this.#gate.settle(seat);
  }

  /** A frame's bytes as they came; they are copied, since they share a buffer with what comes next. */
  frame(seat: Seat, received: Uint8Array): void {
    if (seat.gone) return;
    if (!seat.frames.take(this.#options.nowMs())) {
      // Not even looked at. With the next beat the client learns from which frame on to send again.
      seat.gap = "RATE_LIMITED";
      this.#countExcess(seat);
      return;
    }
    const bytes = new Uint8Array(received);
    const frame = decoded(() => decodeFrame(bytes));
    if (frame === undefined) {
      this.#bad(seat, "FRAME_MALFORMED", "the bytes aren't a frame");
      return;
    }
    // The client sends again what it doesn't know to have arrived: what is here already changes nothing.
    if (frame.seq < seat.expected) return;
    if (!this.#gate.arrive(seat, { type: "frame", frame, bytes })) seat.gap = "RATE_LIMITED";
  }

  #take(seat: Seat, arrival: Arrival, mayHold: boolean): void {
    if (arrival.type === "frame") this.#takeFrame(seat, arrival.frame, arrival.bytes);
    else this.#takeSeal(seat, arrival.seal, mayHold);
  }

  #takeFrame(seat: Seat, frame: Frame, bytes: Uint8Array): void {
    if (frame.seq < seat.expected) return;
    if (frame.seq > seat.expected) seat.gap ??= "FRAME_OUT_OF_ORDER";
    else if (seat.unsequenced >= MAX_UNSEQUENCED_FRAMES) seat.gap = "RATE_LIMITED";
    else this.#runFrame(seat, frame, bytes);
  }

  #runFrame(seat: Seat, frame: Frame, bytes: Uint8Array): void {
    const { journal, program, nowMs } = this.#options;
    const { lane } = seat;
    const event = this.#append(seat, () => journal.append({ type: "frame", lane, frame: bytes }));
    const head = journal.record.lanes[lane]?.head;
    if (event === undefined || head === undefined) return;
    seat.noteFrame(event, head, nowMs());
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
    const seal = decoded(() => decodeSeal(new Uint8Array(received)));
    if (seal === undefined) {
      this.#bad(seat, "SEAL_MALFORMED", "the bytes aren't a seal");
      return;
    }
    if (!this.#gate.arrive(seat, { type: "seal", seal })) this.#refuseSignature(seat);
  }

  #takeSeal(seat: Seat, seal: Seal, mayHold: boolean): void {
    if (seal.seq <= seat.sealedSeq) return;
    if (seal.seq !== seat.head.seq) {
      this.#refuseSeal(seat, seal);
      return;
    }
    const key = this.#options.journal.record.lanes[seat.lane]?.sessionKey;
    const isHeld = mayHold && key !== undefined && this.#gate.hold(seat, key, seal);
    if (!isHeld) this.#appendSeal(seat, seal);
  }

  /** A co-signature's bytes as they came. @param take Whoever gathers them says what became of it. */
  coSignature(
    seat: Seat,
    received: Uint8Array,
    take: (coSignature: CoSignature) => CoSignatureVerdict,
  ): void {
    if (seat.gone || !this.#takeSignatureToken(seat)) return;
    const coSignature = decoded(() => decodeCoSignature(new Uint8Array(received)));
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
    this.#refuseSignature(seat);
    this.#countExcess(seat);
    return false;
  }

  #refuseSignature(seat: Seat): void {
    this.#options.refuse(seat, { code: "RATE_LIMITED", message: "too many signatures" });
  }

  #appendSeal(seat: Seat, { seq, signature }: Seal): void {
    const { journal } = this.#options;
    const { lane } = seat;
    const event = this.#append(seat, () => journal.append({ type: "seal", lane, seq, signature }));
    if (event !== undefined) seat.noteSeal(seq);
  }

  /** A seal covers the newest frame or nothing: it fits no other hash. */
  #refuseSeal(seat: Seat, { seq }: Seal): void {
    const { expected, head } = seat;
    const message = `a seal up to ${seq}, the newest frame is ${head.seq}`;
    this.#options.refuse(seat, { code: "SEAL_OUT_OF_ORDER", message, seq, expected });
  }

  /** Appends what a player sent. A refusal by the chain goes to the player. */
  #append(seat: Seat, append: () => number): number | undefined {
    try {
      return append();
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

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
