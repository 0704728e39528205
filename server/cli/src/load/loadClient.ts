import type { LeanRoom } from "@weft/client-sdk/load";
import type { Game, Random } from "@weft/game";
import { CodedError } from "@weft/protocol";
import { CliError } from "../errors.ts";
import type { LoadBot } from "./bot.ts";
import type { Meter } from "./meter.ts";

export type LoadClientOptions = {
  /** Number of the client, from 0. */
  readonly index: number;
  readonly place: LeanRoom<Game>;
  readonly bot: LoadBot;
  readonly random: Random;
  /** All of them take down what becomes of an action. */
  readonly meters: () => readonly Meter[];
  /** Milliseconds, never falling. */
  readonly nowMs: () => number;
  /** The connection has ended against the client's will, with a WebSocket close code. */
  readonly onLost: (code: number) => void;
};

/** What the room says of actions that came when a round was over; they are no mistakes. */
const AFTER_ROUND = "ROUND_OVER";
/** The connection is gone. */
const NOT_CONNECTED = "NOT_CONNECTED";
/** Nothing was heard of the action in time. */
const UNANSWERED = "UNANSWERED";
/** These are the bot's own fault, and would be so for every further action. */
const BOTS_FAULT = new Set(["INPUT_REFUSED", "INPUT_UNENCODABLE"]);

/** One player: does what its bot says when an action is due, and takes down how long that takes. */
export class LoadClient {
  readonly #options: LoadClientOptions;
  /** When the actions were due that aren't ordered yet, the oldest first. */
  #dueMs: number[] = [];
  /** Number of the first of them. */
  #first = 1;
  #applied = 0;
  #actions = 0;
  #isLeaving = false;
  #isClosed = false;

  constructor(options: LoadClientOptions) {
    this.#options = options;
    const { room, closed } = options.place;
    room.onFinality(({ applied, sequenced }) => this.#onFinality(applied, sequenced));
    room.onError(({ code, details }) => {
      if (typeof details.seq === "number") this.#onRefused(details.seq, code);
    });
    void closed.then((code) => {
      this.#isClosed = true;
      if (this.#isLeaving) return;
      this.giveUp(NOT_CONNECTED);
      options.onLost(code);
    });
  }

  get isConnected(): boolean {
    return !this.#isClosed;
  }

  get roomId(): string {
    return this.#options.place.room.id;
  }

  traffic(): { readonly bytesIn: number; readonly bytesOut: number } {
    return this.#options.place.traffic();
  }

  /** @throws CliError BOT_FAILED */
  act(dueMs: number): void {
    const { meters, nowMs } = this.#options;
    for (const meter of meters()) meter.due(dueMs);
    if (!this.isConnected) {
      for (const meter of meters()) meter.unsent(dueMs, NOT_CONNECTED);
      return;
    }
    const sent = this.#send();
    if (sent === "sent") this.#dueMs.push(dueMs);
    const now = nowMs();
    for (const meter of meters()) {
      if (sent === "sent") meter.sent(dueMs, now);
      else if (sent === "idle") meter.idle(dueMs);
      else meter.unsent(dueMs, sent);
    }
  }

  /** Nothing more will be heard of what isn't ordered yet. */
  giveUp(code = UNANSWERED): void {
    const nowMs = this.#options.nowMs();
    for (const dueMs of this.#dueMs) {
      for (const meter of this.#options.meters()) meter.unanswered(dueMs, nowMs, code);
    }
    this.#first += this.#dueMs.length;
    this.#dueMs = [];
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#options.place.room.leave();
  }

  /** @returns "sent", "idle", or why it couldn't be sent */
  #send(): string {
    const { room } = this.#options.place;
    const next = this.#ask();
    if (next === undefined) return "idle";
    const act = (room.act as Record<string, (input?: unknown) => unknown>)[next.action];
    if (act === undefined) throw this.#botFailed(`no action is called ${next.action}`);
    try {
      act(next.input);
      return "sent";
    } catch (cause) {
      if (!(cause instanceof CodedError)) throw cause;
      if (BOTS_FAULT.has(cause.code)) throw this.#botFailed(cause.message, cause);
      return cause.code;
    }
  }

  #ask() {
    const { bot, index, random, place } = this.#options;
    const { sessionId, state } = place.room;
    try {
      return bot({
        client: index,
        action: ++this.#actions,
        random,
        playerId: sessionId,
        state,
      });
    } catch (cause) {
      throw this.#botFailed(cause instanceof Error ? cause.message : String(cause), cause);
    }
  }

  #botFailed(message: string, cause?: unknown): CliError {
    const details = { client: this.#options.index, action: this.#actions };
    return new CliError("BOT_FAILED", `the bot's action ${this.#actions}: ${message}`, {
      details,
      cause,
    });
  }

  #onFinality(applied: number, sequenced: number): void {
    const nowMs = this.#options.nowMs();
    const meters = this.#options.meters();
    for (let seq = this.#applied + 1; seq <= applied; seq++) {
      const dueMs = this.#dueOf(seq);
      if (dueMs !== undefined) for (const meter of meters) meter.applied(dueMs, nowMs);
    }
    this.#applied = Math.max(this.#applied, applied);
    const ordered = this.#dueMs.splice(0, Math.max(0, sequenced + 1 - this.#first));
    this.#first += ordered.length;
    for (const dueMs of ordered) for (const meter of meters) meter.ordered(dueMs, nowMs);
  }

  #onRefused(seq: number, code: string): void {
    const dueMs = this.#dueOf(seq);
    if (dueMs === undefined) return;
    for (const meter of this.#options.meters()) {
      if (code === AFTER_ROUND) meter.afterRound(dueMs);
      else meter.refused(dueMs, code);
    }
  }

  #dueOf(seq: number): number | undefined {
    return this.#dueMs[seq - this.#first];
  }
}
