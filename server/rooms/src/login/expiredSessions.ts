import type { FastChainHost, Session } from "@weft/fast-chain";
import type { Logger } from "@weft/node";
import type { Hash } from "@weft/protocol";
import { codeOf } from "../errors.ts";
import {
  EXPIRY_SWEEP_MS,
  MAX_EXPIRED_AT_ONCE,
  MAX_SWEPT_SESSIONS,
  MAX_TICKET_AGE_MS,
} from "../limits.ts";

export type ExpiredSessionsOptions = {
  readonly fastChain: Pick<FastChainHost, "sessions" | "submit">;
  /** Whether a session has a place in a room: it may stay there, and is closed after it. */
  readonly isPlaying: (sessionId: Hash) => boolean;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  readonly logger: Logger;
};

/**
 * Closes sessions that have expired. They let nobody in any more, but the chain doesn't forget by itself: its state, its
 * snapshots and the server's memory would grow with every player who was ever here.
 */
export class ExpiredSessions {
  readonly #options: ExpiredSessionsOptions;
  #timer: NodeJS.Timeout | undefined;
  /** How far the sessions were looked through: all of them at one time would hold the thread up. */
  #rest: Iterator<Session> | undefined;

  constructor(options: ExpiredSessionsOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.sweep(), EXPIRY_SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Looks at the next `MAX_SWEPT_SESSIONS`, and closes those that are over. */
  sweep(): void {
    const { isPlaying, nowMs } = this.#options;
    // A ticket that was issued in time may come this late.
    const overMs = nowMs() - MAX_TICKET_AGE_MS;
    let closed = 0;
    for (let looked = 0; looked < MAX_SWEPT_SESSIONS && closed < MAX_EXPIRED_AT_ONCE; looked++) {
      const session = this.#next();
      if (session === undefined) return;
      if (session.grant.expiresAtMs > overMs || isPlaying(session.id)) continue;
      closed++;
      this.#close(session.id);
    }
  }

  #next(): Session | undefined {
    this.#rest ??= this.#options.fastChain.sessions();
    const { done, value } = this.#rest.next();
    if (done !== true) return value;
    // From the beginning again with the next sweep.
    this.#rest = undefined;
    return undefined;
  }

  #close(sessionId: Hash): void {
    const { fastChain, logger } = this.#options;
    fastChain
      .submit({ type: "closeSession", sessionId, reason: "expired" })
      // The disk is behind, or the chain has stopped: there will be another time, or none is needed.
      .catch((error: unknown) => {
        logger.debug("an expired session isn't closed yet", { sessionId, code: codeOf(error) });
      });
  }
}
