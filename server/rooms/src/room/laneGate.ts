import type { SealVerifier } from "@weft/fast-chain";
import type { Frame, Seal, SessionKey } from "@weft/protocol";
import { MAX_BEHIND_SEAL } from "../limits.ts";
import type { Seat } from "./seat.ts";

/** What a player sent on a lane, decoded. */
export type Arrival =
  | { readonly type: "frame"; readonly frame: Frame; readonly bytes: Uint8Array }
  | { readonly type: "seal"; readonly seal: Seal };

/** A seal of a lane's head that is being verified, and what came on the lane since. */
export type PendingSeal = { readonly seal: Seal; readonly behind: Arrival[] };

/** Has seals verified, and says later whether they hold. */
export type SealSource = Pick<SealVerifier, "verify" | "hurry">;

export type LaneGateOptions = {
  /** Without one, seals are verified where they are appended. */
  readonly verifier: SealSource | undefined;
  /**
   * Takes what came, in order.
   * @param mayHold Whether a seal may hold up the lane; else it is to be appended here and now.
   */
  readonly take: (seat: Seat, arrival: Arrival, mayHold: boolean) => void;
  /** Puts a seal into the log, which verifies it unless it is known to hold. */
  readonly append: (seat: Seat, seal: Seal) => void;
  /** A seal doesn't hold. */
  readonly refuse: (seat: Seat, seal: Seal) => void;
  /** A lane that was held up goes on. Not called for `settle`. */
  readonly onPassed: () => void;
};

/**
 * Holds a lane up, and no other, while the seal of its head is verified in another thread. A seal covers the head as it is or
 * nothing, so what comes on the lane meanwhile waits behind it, and the log is the same as if the seal had been verified at
 * once. Where an order with anything but the lane's own messages matters, `settle` comes first.
 */
export class LaneGate {
  readonly #options: LaneGateOptions;

  constructor(options: LaneGateOptions) {
    this.#options = options;
  }

  /** @returns false when so much waits already that this can't. */
  arrive(seat: Seat, arrival: Arrival): boolean {
    const behind = seat.pendingSeal?.behind;
    if (behind === undefined) {
      this.#options.take(seat, arrival, true);
      return true;
    }
    if (behind.length >= MAX_BEHIND_SEAL) return false;
    behind.push(arrival);
    if (behind.length === 1) this.#options.verifier?.hurry();
    return true;
  }

  /** Has a seal of the lane's head verified. @returns false when that is to be done here and now. */
  hold(seat: Seat, key: SessionKey, seal: Seal): boolean {
    const { verifier } = this.#options;
    const pending: PendingSeal = { seal, behind: [] };
    const isHeld = verifier?.verify(key, seat.head, seal.signature, (verdict) => {
      // Settled meanwhile: what the thread says comes too late to matter.
      if (seat.pendingSeal === pending) this.#pass(seat, pending, verdict === "invalid");
    });
    if (isHeld !== true) return false;
    seat.pendingSeal = pending;
    return true;
  }

  /** Takes all of what waits on the lane here and now, its seal first. */
  settle(seat: Seat): void {
    const pending = seat.pendingSeal;
    if (pending === undefined) return;
    seat.pendingSeal = undefined;
    this.#options.append(seat, pending.seal);
    for (const arrival of pending.behind) {
      if (seat.gone) return;
      this.#options.take(seat, arrival, false);
    }
  }

  /** Up to the next seal that holds the lane up, if there is one among what waits. */
  #pass(seat: Seat, { seal, behind }: PendingSeal, isInvalid: boolean): void {
    const { append, refuse, take, onPassed } = this.#options;
    seat.pendingSeal = undefined;
    if (isInvalid) refuse(seat, seal);
    else append(seat, seal);
    for (const [index, arrival] of behind.entries()) {
      if (seat.gone) break;
      take(seat, arrival, true);
      const next = seat.pendingSeal as PendingSeal | undefined;
      if (next === undefined) continue;
      next.behind.push(...behind.slice(index + 1));
      if (next.behind.length > 0) this.#options.verifier?.hurry();
      break;
    }
    onPassed();
  }
}
