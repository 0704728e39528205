import { randomInt } from "node:crypto";
import { ErrorCode, ServerError } from "@colyseus/core";
import type { Session } from "@weft/fast-chain";
import type { WeftNode } from "@weft/node";
import type { Hash } from "@weft/protocol";
import { codeOf, RoomsError } from "../errors.ts";
import { KeyedBuckets } from "../limit/keyedBuckets.ts";
import { MAX_ROOMS, MAX_TRACKED_SESSIONS, SEATS_BURST, SEATS_PER_SECOND } from "../limits.ts";
import type { RoundReports } from "../round/roundReports.ts";
import type { RoomSettings, RoomSummary, RoundUpdate } from "../types.ts";
import type { SealSource } from "./laneIntake.ts";
import { readTicket } from "./readTicket.ts";
import type { RebuiltRoom } from "./rebuildRooms.ts";
import type { RoomSnapshots } from "./roomSnapshots.ts";

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
  /** Where rooms are saved. Without a disk they end with the server. */
  readonly snapshots: RoomSnapshots | undefined;
  /** Verifies seals in another thread. Without it rooms do, those that a report depends on. */
  readonly sealVerifier?: SealSource;
  /** Handles what clients have sent up to now, where that waits in another thread. */
  readonly receive?: () => void;
  /** From 0 (included) to 1 (excluded): which seals are verified when they come. Default: the process's own. */
  readonly random?: () => number;
};

/** What the rooms of a server share. */
export class RoomHost {
  readonly node: WeftNode;
  readonly reports: RoundReports;
  readonly settings: RoomSettings;
  readonly nowMs: () => number;
  readonly onRound: (update: RoundUpdate) => void;
  readonly snapshots: RoomSnapshots | undefined;
  readonly sealVerifier: SealSource | undefined;
  readonly receive: () => void;
  readonly random: () => number;
  /** The server is about to stop: who is here may go on for a while, nobody new gets in. */
  draining = false;
  /** Rooms out of the ledger that Colyseus is about to make, by their ids. */
  readonly #expected = new Map<string, RebuiltRoom>();
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
    this.snapshots = options.snapshots;
    this.sealVerifier = options.sealVerifier;
    this.receive = options.receive ?? (() => {});
    this.random = options.random ?? drawUnknown;
    this.#unsubscribe = this.node.fastChain.onSessionClosed((session, reason) => {
      this.#claims.get(session.id)?.closed(reason);
    });
  }

  get rooms(): readonly RoomSummary[] {
    return [...this.#rooms.values()].map((summarize) => summarize());
  }

  /** Rounds that are being opened, played or reported. */
  get roundsUnderWay(): number {
    return this.rooms.filter(({ phase }) => phase !== "lobby" && phase !== "stopped").length;
  }

  expect(room: RebuiltRoom): void {
    this.#expected.set(room.record.name, room);
  }

  /** What a room that Colyseus makes goes on with; undefined for a new one. */
  takeExpected(roomId: string): RebuiltRoom | undefined {
    const room = this.#expected.get(roomId);
    this.#expected.delete(roomId);
    return room;
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
    const { ticket, signature, resume } = readTicket(options, this.nowMs());
    if (this.draining && resume === undefined) {
      throw new RoomsError("SERVER_STOPPING", "the server is about to stop: come back later");
    }
    if (ticket.game !== game) {
      throw new RoomsError("TICKET_MALFORMED", `the ticket is for ${ticket.game}, not ${game}`);
    }
    const session = this.node.fastChain.checkTicket(ticket, Buffer.from(signature.slice(2), "hex"));
    if (!this.#seatsAsked.take(ticket.sessionId, this.nowMs())) {
      throw new RoomsError("RATE_LIMITED", "the session asks for seats too often");
    }
    return session;
  }

  /** A session is about to take a place. It has one at a time: where it was before, it is replaced. */
  replace(sessionId: Hash): void {
    this.#claims.get(sessionId)?.replaced();
  }

  /** Whether a session has a place in a room. */
  isPlaying(sessionId: Hash): boolean {
    return this.#claims.has(sessionId);
  }

  /** A session has taken a place. */
  claim(sessionId: Hash, claim: Claim): void {
    this.#claims.set(sessionId, claim);
  }

  release(sessionId: Hash, claim: Claim): void {
    if (this.#claims.get(sessionId) === claim) this.#claims.delete(sessionId);
  }

  stop(): void {
    this.#unsubscribe();
  }
}

/** What `Math.random` will say can be worked out from what it has said. */
const drawUnknown = () => randomInt(2 ** 32) / 2 ** 32;

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
