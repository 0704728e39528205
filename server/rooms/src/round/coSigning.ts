import {
  type CoSignatureArgs,
  coSignMessage,
  toCoSignatureArgs,
  toReportArgs,
} from "@weft/contracts";
import { verifyP256 } from "@weft/fast-chain";
import {
  type ChainId,
  type CoSignature,
  encodeCoSignRequest,
  type Hash,
  Message,
  type RoundReport,
  type SealedLane,
  type SessionKey,
} from "@weft/protocol";
import type { Seat } from "../room/seat.ts";
import type { RoundPlayers } from "./roundPlayers.ts";

export type CoSigningOptions = {
  readonly zkChainId: ChainId;
  readonly report: RoundReport;
  /** The lanes that the report's root is over. */
  readonly lanes: readonly SealedLane[];
  readonly players: RoundPlayers;
  /** Who is in the room now. */
  readonly seats: Iterable<Seat>;
  readonly sessionKeyOf: (seat: Seat) => SessionKey | undefined;
  /** Who hasn't signed by then isn't waited for. Milliseconds since the Unix epoch. */
  readonly untilMs: number;
};

/** What became of a co-signature. */
export type CoSignatureVerdict = "taken" | "CO_SIGNATURE_INVALID" | "CO_SIGNATURE_LATE";

type Asked = { readonly index: number; readonly sessionKey: SessionKey };

/**
 * Asks a round's players to co-sign its report, and gathers what they answer until all have or the time
 * is over. What it gathers is verified: nobody pays gas for a bad signature.
 */
export class CoSigning {
  /** Resolves when nothing more is waited for. */
  readonly finished: Promise<void>;
  readonly #options: CoSigningOptions;
  readonly #request: Uint8Array;
  readonly #message: Uint8Array;
  readonly #asked = new Map<Seat, Asked>();
  /** By the player's index: however often somebody signs, it is one. */
  readonly #signed = new Map<number, CoSignatureArgs>();
  #finish: (() => void) | undefined;

  constructor(options: CoSigningOptions) {
    const { zkChainId, report, lanes, players, seats, sessionKeyOf } = options;
    this.#options = options;
    this.#request = encodeCoSignRequest({ report, lanes });
    this.#message = coSignMessage(zkChainId, toReportArgs(report));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.finished = promise;
    this.#finish = resolve;
    for (const seat of seats) {
      const sessionKey = sessionKeyOf(seat);
      const index = sessionKey && players.indexOf(sessionKey);
      if (sessionKey === undefined || index === undefined) continue;
      this.#asked.set(seat, { index, sessionKey });
      this.askAgain(seat);
    }
    this.#check();
  }

  /** What was gathered, by the players' order. */
  get coSignatures(): readonly CoSignatureArgs[] {
    return [...this.#signed.values()].sort((a, b) => a.player - b.player);
  }

  /** The player's connection is a new one, and may have missed the question. */
  askAgain(seat: Seat): void {
    if (this.#asked.has(seat)) seat.peer?.send(Message.coSignRequest, this.#request);
  }

  take(seat: Seat, { roundId, signature }: CoSignature): CoSignatureVerdict {
    if (roundId !== this.roundId || this.#finish === undefined) return "CO_SIGNATURE_LATE";
    const asked = this.#asked.get(seat);
    if (asked === undefined) return "CO_SIGNATURE_INVALID";
    const { index, sessionKey } = asked;
    if (this.#signed.has(index)) return "taken";
    if (!verifyP256(sessionKey, this.#message, signature)) return "CO_SIGNATURE_INVALID";
    this.#signed.set(index, toCoSignatureArgs(index, sessionKey, signature));
    this.#check();
    return "taken";
  }

  /** Time has passed, or somebody has left. */
  step(nowMs: number): void {
    if (nowMs >= this.#options.untilMs) this.close();
    else this.#check();
  }

  /** Waits for nobody any more. */
  close(): void {
    this.#finish?.();
    this.#finish = undefined;
  }

  get roundId(): Hash {
    return this.#options.report.roundId;
  }

  #check(): void {
    for (const [seat, { index }] of this.#asked) {
      if (!seat.gone && !this.#signed.has(index)) return;
    }
    this.close();
  }
}
