import {
  encodeFrame,
  encodeSeal,
  type Finality,
  type Frame,
  type LaneHead,
  MAX_FRAME_BYTES,
  type Refusal,
  sealMessage,
} from "@weft/protocol";
import { ClientError } from "../errors.ts";
import {
  MAX_RESEND_DELAY_MS,
  MIN_RESEND_DELAY_MS,
  RESEND_CHUNK_FRAMES,
  RESEND_CHUNK_PAUSE_MS,
} from "../limits.ts";
import type { Timers } from "../timers.ts";
import { FrameBuffer } from "./frameBuffer.ts";

/** Where frames and seals go. What is given while it isn't open must not be sent later. */
export type LaneWire = {
  readonly isOpen: boolean;
  sendFrame(bytes: Uint8Array): void;
  sendSeal(bytes: Uint8Array): void;
};

export type LaneSenderOptions = {
  /** The empty lane. */
  readonly start: LaneHead;
  readonly wire: LaneWire;
  /** Signs with the session key. */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly timers: Timers;
  readonly maxUnsequencedFrames: number;
  readonly sealIntervalMs: number;
  /** Told when signing fails. The lane goes on, and tries again with the next seal. */
  readonly onSealFailed: (cause: unknown) => void;
  /** Told once, when the lane can't go on. */
  readonly onDiverged: (error: ClientError) => void;
};

/**
 * The player's end of a lane. Frames go out in order, each at least once; the server takes each
 * exactly once, since they are numbered. A seal covers the lane as the server has it when the seal
 * arrives, so nothing may overtake or follow it while it is being signed.
 *
 * - `offline`: nothing goes out until a welcome tells what the server has.
 * - `online`: what is new goes out at once.
 * - `waiting`: the server refused a frame, and with it all that were behind it; after a pause
 *   everything from there on is sent again.
 * - `stopped`: for good.
 */
export class LaneSender {
  readonly #options: LaneSenderOptions;
  readonly #frames: FrameBuffer;
  #mode: "offline" | "online" | "waiting" | "stopped" = "offline";
  /** Newest frame sent on this connection. */
  #sent: number;
  /** Frames up to this number were sent before: they are sent again in chunks. */
  #resendUntil = 0;
  #resendBudget = 0;
  /** Changes whenever what was sent may be lost: a seal whose signing began before is not sent. */
  #epoch = 0;
  #signing = false;
  /** Newest frame under a seal that was sent, and the newest under one that the server took. */
  #sealSent: number;
  #sealed: number;
  /** A seal is wanted as soon as the frames up to here are out. */
  #sealGoal = 0;
  /** The time for a seal has come; it covers what is out. */
  #sealDue = false;
  /** The server's newest word on what it expects, while `waiting`. */
  #expected = 0;
  #resendDelayMs = MIN_RESEND_DELAY_MS;
  #cancelSealTimer: (() => void) | undefined;
  #cancelResendTimer: (() => void) | undefined;
  #cancelChunkTimer: (() => void) | undefined;
  #onSettled: (() => void)[] = [];

  constructor(options: LaneSenderOptions) {
    this.#options = options;
    this.#frames = new FrameBuffer(options.start);
    this.#sent = this.#sealSent = this.#sealed = options.start.seq;
  }

  get head(): LaneHead {
    return this.#frames.head;
  }

  /** The lane after frame `seq`; undefined where that isn't known: never sent, or sequenced long ago. */
  headAt(seq: number): LaneHead | undefined {
    return this.#frames.headAt(seq);
  }

  /**
   * Adds a frame and sends it as soon as possible.
   * @returns its number.
   * @throws ClientError ROOM_LEFT, SEND_BUFFER_FULL, INPUT_UNENCODABLE: then nothing has changed.
   */
  push(action: string, input: Frame["input"]): number {
    if (this.#mode === "stopped") throw new ClientError("ROOM_LEFT", "the lane has ended");
    const limit = this.#options.maxUnsequencedFrames;
    if (this.#frames.length >= limit) {
      throw new ClientError("SEND_BUFFER_FULL", `${limit} actions wait to be sequenced`, {
        details: { limit },
      });
    }
    const { seq } = this.#frames.push(toBytes({ seq: this.head.seq + 1, action, input }));
    this.#pump();
    this.#armSealTimer();
    return seq;
  }

  /**
   * The connection is there, and this is what the server has: less than it did, perhaps, if it was started anew, but never
   * less than it said was sequenced.
   * @param sealed Frames up to this number are under a seal that the server has.
   */
  resume(head: LaneHead, sealed: number): void {
    if (this.#mode === "stopped") return;
    const ours = this.#frames.headAt(head.seq);
    if (ours?.hash !== head.hash) {
      this.#diverge("the server has other frames in this lane than were sent", {
        server: head,
        client: ours ?? this.head,
      });
      return;
    }
    this.#sealed = sealed;
    this.#expected = head.seq + 1;
    this.#sendFrom(head.seq + 1);
  }

  /** The connection is gone. What comes meanwhile is kept. */
  pause(): void {
    if (this.#mode === "stopped") return;
    this.#mode = "offline";
    this.#epoch++;
    this.#cancelTimers();
    this.#settle();
  }

  /** Nothing more goes out. */
  stop(): void {
    this.#mode = "stopped";
    this.#epoch++;
    this.#cancelTimers();
    this.#settle();
  }

  onFinality({ applied, sequenced, sealed }: Finality): void {
    const newest = this.head.seq;
    if (Math.max(applied, sequenced, sealed) > newest) {
      this.#diverge("the server speaks of frames that were never sent", {
        finality: { applied, sequenced, sealed },
        newest,
      });
      return;
    }
    this.#sealed = Math.max(this.#sealed, sealed);
    this.#sealSent = Math.max(this.#sealSent, sealed);
    if (applied >= this.#expected) this.#resendDelayMs = MIN_RESEND_DELAY_MS;
    this.#expected = Math.max(this.#expected, applied + 1);
    // What the server has need not be sent again, and what is dropped can't be.
    this.#sent = Math.max(this.#sent, applied, sequenced);
    this.#frames.drop(sequenced);
    this.#settle();
  }

  /** @returns whether the refusal is one that the lane gets over by itself. */
  onRefusal({ code, expected }: Refusal): boolean {
    if (this.#mode === "stopped") return false;
    switch (code) {
      case "FRAME_OUT_OF_ORDER":
      case "RATE_LIMITED":
        if (expected === undefined) this.#sealAgain();
        else this.#sendAgain(expected);
        return true;
      case "SEAL_OUT_OF_ORDER":
        // Frames before it were refused. They are sent again, and then need another seal.
        this.#sealAgain();
        return true;
      case "SEAL_MALFORMED":
      case "SEAL_SIGNATURE_INVALID":
        this.#sealAgain();
        return false;
      default:
        return false;
    }
  }

  /** Seals all frames so far as soon as they are out. */
  seal(): void {
    this.#sealGoal = this.head.seq;
    this.#pump();
  }

  /** Resolves when all frames so far are sent and under a seal that is sent, or can't be. */
  flush(): Promise<void> {
    this.seal();
    return new Promise((resolve) => {
      this.#onSettled.push(resolve);
      this.#settle();
    });
  }

  #sendFrom(seq: number): void {
    this.#mode = "online";
    this.#epoch++;
    this.#cancelResending();
    this.#sent = seq - 1;
    this.#expected = Math.max(this.#expected, seq);
    // A seal on its way may have been lost with what it was to cover.
    this.#sealSent = this.#sealed;
    this.#resendUntil = this.head.seq;
    this.#resendBudget = RESEND_CHUNK_FRAMES;
    this.#pump();
    this.#armSealTimer();
  }

  /** The server takes nothing but `expected`: all that is behind it on the wire is refused too. */
  #sendAgain(expected: number): void {
    if (expected <= this.#frames.dropped || expected > this.head.seq + 1) {
      this.#diverge("the server expects a frame that isn't there", { expected });
      return;
    }
    const gained = expected > this.#expected;
    this.#expected = Math.max(this.#expected, expected);
    if (this.#mode !== "online") return;
    this.#mode = "waiting";
    this.#epoch++;
    const delayMs = gained ? MIN_RESEND_DELAY_MS : this.#resendDelayMs;
    this.#resendDelayMs = Math.min(delayMs * 2, MAX_RESEND_DELAY_MS);
    this.#cancelResendTimer = this.#options.timers.after(delayMs, () =>
      this.#sendFrom(this.#expected),
    );
  }

  /** The newest seal was refused. */
  #sealAgain(): void {
    this.#sealSent = this.#sealed;
    this.#armSealTimer();
  }

  /** Does what can be done now. */
  #pump(): void {
    this.#sendFrames();
    const goalOut = this.#sent >= this.#sealGoal && this.#sealSent < this.#sealGoal;
    if (goalOut || this.#sealDue) this.#sealSentFrames();
    this.#settle();
  }

  #sendFrames(): void {
    const { wire } = this.#options;
    while (this.#mode === "online" && !this.#signing && wire.isOpen) {
      const next = this.#frames.frame(this.#sent + 1);
      if (next === undefined) return;
      if (this.#sent < this.#resendUntil && this.#resendBudget-- <= 0) {
        this.#pumpLater();
        return;
      }
      this.#sent++;
      wire.sendFrame(next.bytes);
    }
  }

  #pumpLater(): void {
    this.#cancelChunkTimer ??= this.#options.timers.after(RESEND_CHUNK_PAUSE_MS, () => {
      this.#cancelChunkTimer = undefined;
      this.#resendBudget = RESEND_CHUNK_FRAMES;
      this.#pump();
    });
  }

  #armSealTimer(): void {
    if (this.#cancelSealTimer !== undefined || this.#mode === "stopped") return;
    if (this.#sealSent >= this.head.seq) return;
    this.#cancelSealTimer = this.#options.timers.after(this.#options.sealIntervalMs, () => {
      this.#cancelSealTimer = undefined;
      this.#sealDue = true;
      this.#pump();
      // What isn't out yet is for a later seal.
      this.#armSealTimer();
    });
  }

  /** Seals what is out, if it can be done now and isn't done. */
  #sealSentFrames(): void {
    const { wire, sign } = this.#options;
    if (this.#mode !== "online" || this.#signing || !wire.isOpen) return;
    this.#sealDue = false;
    const head = this.#frames.headAt(this.#sent);
    if (head === undefined || head.seq <= this.#sealSent) return;
    this.#signing = true;
    const epoch = this.#epoch;
    sign(sealMessage(head))
      .then(
        (signature) => {
          this.#signing = false;
          if (epoch !== this.#epoch || !wire.isOpen) return;
          wire.sendSeal(encodeSeal({ seq: head.seq, signature }));
          this.#sealSent = head.seq;
        },
        (cause: unknown) => {
          this.#signing = false;
          // The goal would be tried again at once, and for ever: leave it to the timer.
          this.#sealGoal = 0;
          this.#options.onSealFailed(cause);
        },
      )
      .then(() => {
        this.#pump();
        this.#armSealTimer();
      });
  }

  #diverge(message: string, details: Record<string, unknown>): void {
    this.stop();
    this.#options.onDiverged(new ClientError("LANE_DIVERGED", message, { details }));
  }

  /** Lets go of who waits in `flush`, when there is nothing more to wait for. */
  #settle(): void {
    const unsealed = this.#sealSent < this.#sealGoal;
    const able = this.#mode === "online" || this.#mode === "waiting";
    if (able && unsealed) return;
    for (const resolve of this.#onSettled.splice(0)) resolve();
  }

  #cancelTimers(): void {
    this.#cancelSealTimer?.();
    this.#cancelSealTimer = undefined;
    this.#cancelResending();
  }

  #cancelResending(): void {
    this.#cancelResendTimer?.();
    this.#cancelChunkTimer?.();
    this.#cancelResendTimer = this.#cancelChunkTimer = undefined;
  }
}

function toBytes(frame: Frame): Uint8Array {
  let bytes: Uint8Array;
  try {
    bytes = encodeFrame(frame);
  } catch (cause) {
    throw new ClientError("INPUT_UNENCODABLE", `the input of ${frame.action} can't be encoded`, {
      details: { action: frame.action },
      cause,
    });
  }
  if (bytes.length > MAX_FRAME_BYTES) {
    throw new ClientError("INPUT_UNENCODABLE", `the input of ${frame.action} is too long`, {
      details: { action: frame.action, sizeBytes: bytes.length, limit: MAX_FRAME_BYTES },
    });
  }
  return bytes;
}
