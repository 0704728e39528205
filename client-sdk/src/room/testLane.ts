import {
  bytesEqual,
  chainId,
  decodeFrame,
  decodeSeal,
  extendLane,
  type Finality,
  type LaneHead,
  ledgerHeight,
  type Refusal,
  sealMessage,
  sha256,
  startLane,
} from "@weft/protocol";
import type { Timers } from "../timers.ts";
import type { LaneWire } from "./laneSender.ts";

/** Timers that a test moves by hand. */
export function createTestTimers(): Timers & { advance(ms: number): void; readonly nowMs: number } {
  let nowMs = 0;
  let pending: { atMs: number; run: () => void }[] = [];
  return {
    get nowMs() {
      return nowMs;
    },
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      pending.push(timer);
      return () => {
        pending = pending.filter((other) => other !== timer);
      };
    },
    advance(ms) {
      const untilMs = nowMs + ms;
      for (;;) {
        const [next] = pending
          .filter(({ atMs }) => atMs <= untilMs)
          .sort((a, b) => a.atMs - b.atMs);
        if (next === undefined) break;
        pending = pending.filter((other) => other !== next);
        nowMs = next.atMs;
        next.run();
      }
      nowMs = untilMs;
    },
  };
}

export const origin = {
  chainId: chainId(5701),
  room: `0x${"ab".repeat(20)}`,
  lane: 3,
  sessionId: `0x${"cd".repeat(32)}`,
} as const;

export const start = startLane(origin);

/** Stands for the session key where a test needs signatures at once and the same every time. */
export const testSignature = (message: Uint8Array): Uint8Array => {
  const digest = sha256(message);
  const signature = new Uint8Array(64);
  signature.set(digest);
  return signature;
};

/**
 * The server's end of a lane, by the rules of server/rooms: frames in order, each once; a seal covers
 * the newest frame or nothing; one refusal a beat says what is expected. What is on the wire when the
 * connection breaks is lost, and so is what isn't on disk when the server crashes.
 */
export class LanePeer implements LaneWire {
  isOpen = true;
  head: LaneHead = start;
  sealed = 0;
  readonly actions: unknown[] = [];
  readonly refusedSeals: string[] = [];
  /** Frames to be refused for their rate, from the next one that arrives. */
  excess = 0;
  /** Whether all that is told of is on disk; otherwise `store` says what is. */
  storesAtOnce = true;
  #stored: { head: LaneHead; sealed: number } = { head: start, sealed: 0 };
  #gap: string | undefined;
  #up: { kind: "frame" | "seal"; bytes: Uint8Array }[] = [];

  get inFlight(): number {
    return this.#up.length;
  }

  sendFrame(bytes: Uint8Array): void {
    if (!this.isOpen) throw new Error("sent on a closed connection");
    this.#up.push({ kind: "frame", bytes: Uint8Array.from(bytes) });
  }

  sendSeal(bytes: Uint8Array): void {
    if (!this.isOpen) throw new Error("sent on a closed connection");
    this.#up.push({ kind: "seal", bytes: Uint8Array.from(bytes) });
  }

  /** Lets up to `count` messages arrive. @returns refusals that come at once. */
  receive(count = Number.POSITIVE_INFINITY): Refusal[] {
    const refusals: Refusal[] = [];
    for (const { kind, bytes } of this.#up.splice(0, count)) {
      if (kind === "frame") this.#takeFrame(bytes);
      else refusals.push(...this.#takeSeal(bytes));
    }
    return refusals;
  }

  /** What is due at the patch rate. */
  beat(): { refusal: Refusal | undefined; finality: Finality } {
    const expected = this.head.seq + 1;
    const code = this.#gap;
    const refusal = code === undefined ? undefined : { code, message: "", expected };
    this.#gap = undefined;
    const { sealed } = this;
    const applied = this.head.seq;
    if (this.storesAtOnce) this.store();
    const sequenced = this.#stored.head.seq;
    return { refusal, finality: { applied, sequenced, sealed, height: ledgerHeight(1) } };
  }

  /** All that the server has gets to the disk. */
  store(): void {
    this.#stored = { head: this.head, sealed: this.sealed };
  }

  /** The server's process dies. Its next one has what was on disk. */
  crash(): void {
    this.drop();
    Object.assign(this, this.#stored);
    this.actions.length = this.head.seq;
  }

  /** The connection breaks: what was on its way is lost. */
  drop(): void {
    this.isOpen = false;
    this.#up = [];
    this.#gap = undefined;
  }

  #takeFrame(bytes: Uint8Array): void {
    if (this.excess > 0) {
      this.excess--;
      this.#gap = "RATE_LIMITED";
      return;
    }
    const { seq, action, input } = decodeFrame(bytes);
    if (seq <= this.head.seq) return;
    if (seq > this.head.seq + 1) {
      this.#gap ??= "FRAME_OUT_OF_ORDER";
      return;
    }
    this.head = extendLane(this.head, bytes);
    this.actions.push([action, input]);
  }

  #takeSeal(bytes: Uint8Array): Refusal[] {
    const { seq, signature } = decodeSeal(bytes);
    if (seq <= this.sealed) return [];
    const expected = this.head.seq + 1;
    if (seq !== this.head.seq) {
      this.refusedSeals.push("SEAL_OUT_OF_ORDER");
      return [{ code: "SEAL_OUT_OF_ORDER", message: "", seq, expected }];
    }
    if (!bytesEqual(signature, testSignature(sealMessage(this.head)))) {
      this.refusedSeals.push("SEAL_SIGNATURE_INVALID");
      return [{ code: "SEAL_SIGNATURE_INVALID", message: "", expected }];
    }
    this.sealed = seq;
    return [];
  }
}
