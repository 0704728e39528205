import { ErrorCode, ServerError } from "@colyseus/core";
import type { Session } from "@weft/fast-chain";
import type { WeftNode } from "@weft/node";
import type { Hash } from "@weft/protocol";
import { codeOf, RoomsError } from "../errors.ts";
import { KeyedBuckets } from "../limit/keyedBuckets.ts";
import { MAX_ROOMS, MAX_TRACKED_SESSIONS, SEATS_BURST, SEATS_PER_SECOND } from "../limits.ts";
import type { RoundReports } from "../round/roundReports.ts";
import type { RoomSettings, RoomSummary, RoundUpdate } from "../types.ts";
import { readTicket } from "./readTicket.ts";

/** A session's place in a room, as the other rooms see it. */
export type Claim = {
  /** The session joined elsewhere. */
  replaced(): void;
  /** The session was closed. */
  closed(why: string): void;
};

export type RoomHostOptions = {
  readonly node: WeftNode;
  readonly reports: RoundReports;
  readonly settings: RoomSettings;
  readonly nowMs: () => number;
  readonly onRound: (update: RoundUpdate) => void;
};

/** What the rooms of a server share. */
export class RoomHost {
  readonly node: WeftNode;
  readonly reports: RoundReports;
  readonly settings: RoomSettings;
  readonly nowMs: () => number;
  readonly onRound: (update: RoundUpdate) => void;
  readonly #rooms = new Map<string, () => RoomSummary>();
  readonly #claims = new Map<Hash, Claim>();
  readonly #seatsAsked = new KeyedBuckets({
    perSecond: SEATS_PER_SECOND,
    burst: SEATS_BURST,
    maxKeys: MAX_TRACKED_SESSIONS,
  });
  readonly #unsubscribe: () => void;

  constructor(options: RoomHostOptions) {
    this.node = options.node;
    this.reports = options.reports;
    this.settings = options.settings;
    this.nowMs = options.nowMs;
    this.onRound = options.onRound;
    this.#unsubscribe = this.node.fastChain.onSessionClosed((session, reason) => {
      this.#claims.get(session.id)?.closed(reason);
    });
  }

  get rooms(): readonly RoomSummary[] {
    return [...this.#rooms.values()].map((summarize) => summarize());
  }

  /** @throws RoomsError ROOMS_FULL */
  addRoom(roomId: string, summarize: () => RoomSummary): void {
    if (this.#rooms.size >= MAX_ROOMS) {
      throw new RoomsError("ROOMS_FULL", `this server hosts ${MAX_ROOMS} rooms at most`);
    }
    this.#rooms.set(roomId, summarize);
  }

  removeRoom(roomId: string): void {
    this.#rooms.delete(roomId);
  }

  /**
   * Checks a ticket before matchmaking makes or reserves anything, so that only sessions can.
   * @throws RoomsError, FastChainError
   */
  admit(game: string, options: unknown): Session {
    const { ticket, signature } = readTicket(options, this.nowMs());
    if (ticket.game !== game) {
      throw new RoomsError("TICKET_MALFORMED", `the ticket is for ${ticket.game}, not ${game}`);
    }
    const session = this.node.fastChain.checkTicket(ticket, Buffer.from(signature.slice(2), "hex"));
    if (!this.#seatsAsked.take(ticket.sessionId, this.nowMs())) {
      throw new RoomsError("RATE_LIMITED", "the session asks for seats too often");
    }
    return session;
  }

  /** A session takes a place. One session has one: where it was before, it is replaced. */
  claim(sessionId: Hash, claim: Claim): void {
    const before = this.#claims.get(sessionId);
    this.#claims.set(sessionId, claim);
    before?.replaced();
  }

  release(sessionId: Hash, claim: Claim): void {
    if (this.#claims.get(sessionId) === claim) this.#claims.delete(sessionId);
  }

  stop(): void {
    this.#unsubscribe();
  }
}

/**
 * Errors on the way into a room reach the client as Colyseus carries them: a number and a text. The text
 * begins with our code: `TICKET_EXPIRED: the ticket …`.
 */
export function joinError(error: unknown): ServerError {
  if (error instanceof ServerError) return error;
  const code = codeOf(error);
  const message = code === "INTERNAL" ? "something went wrong here" : (error as Error).message;
  return new ServerError(ErrorCode.AUTH_FAILED, `${code}: ${message}`, { cause: error });
}
