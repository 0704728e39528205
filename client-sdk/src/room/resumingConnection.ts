import { type CodedError, Message } from "@weft/protocol";
import { ClientError, ServerError } from "../errors.ts";
import { JOIN_TIMEOUT_MS, MAX_RECONNECT_PAUSE_MS, MIN_RECONNECT_PAUSE_MS } from "../limits.ts";
import type { Timers } from "../timers.ts";
import { readComeBack, readMoved, readWelcome } from "./messages.ts";
import type { MessageName, RoomConnection } from "./roomConnection.ts";

export type ResumingOptions = {
  readonly connection: RoomConnection;
  /** Comes back to a lane over a new connection. @throws ClientError, ServerError */
  readonly resume: (lane: number) => Promise<RoomConnection>;
  /**
   * Takes a place in the room that this one goes on as, or in any of the game where that one is gone too.
   * @throws ClientError, ServerError
   */
  readonly move: (roomId: string | undefined) => Promise<RoomConnection>;
  readonly timers: Timers;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** How long to try after the connection was lost. */
  readonly resumeForMs: number;
};

/** WebSocket close codes, as Colyseus and the game server use them. */
const CONSENTED = 4000;
const SERVER_SHUTDOWN = 4001;
const FAILED_TO_RECONNECT = 4003;
/** The server took the place: from here up to 4199. */
const DROPPED = 4100;

/** With these a server says no for now; with any other code of its own, for good. */
const RETRIED = new Set([
  "RATE_LIMITED",
  "SERVER_STOPPING",
  "TICKET_EXPIRED",
  "TICKET_REUSED",
  "BLOCK_FULL",
  "CHAIN_STOPPED",
  "INTERNAL",
]);
const FINAL_HERE = new Set(["SESSION_EXPIRED", "SESSION_KEY_FAILED"]);
/** Colyseus has no room of that id. */
const ROOM_UNKNOWN = 522;

type Listeners = {
  readonly messages: [MessageName, (message: unknown) => void][];
  readonly state: (() => void)[];
  readonly drop: (() => void)[];
  readonly error: ((code: number, message: string) => void)[];
  readonly leave: ((code: number, reason: string, error?: CodedError) => void)[];
};

/**
 * A connection that outlives the server's process. Where a connection can't be built up again, since the server doesn't
 * know it any more, the session comes back to its lane over a new one. To its user it is one connection that
 * broke for a while.
 */
export class ResumingConnection implements RoomConnection {
  readonly #options: ResumingOptions;
  readonly #on: Listeners = { messages: [], state: [], drop: [], error: [], leave: [] };
  #inner: RoomConnection;
  /** Whose state is the newest. */
  #shown: RoomConnection;
  /** Undefined before the first welcome: until then there is nothing to come back to. */
  #lane: number | undefined;
  /** The server has said that it will be back. */
  #comeBackMs: number | undefined;
  /** The room goes on as another one, until that one's welcome. */
  #moving: { readonly roomId: string | undefined } | undefined;
  /** The room of the last welcome. */
  #roomId: string;
  /** Tries since the last welcome. */
  #tries = 0;
  #lastError: CodedError | undefined;
  /** From the connection's loss to the next welcome. */
  #isLost = false;
  #isResuming = false;
  #isOver = false;
  #cancelDeadline: (() => void) | undefined;
  #cancelPause: (() => void) | undefined;

  constructor(options: ResumingOptions) {
    this.#options = options;
    this.#roomId = options.connection.roomId;
    this.#inner = this.#shown = options.connection;
    this.#attach(options.connection);
  }

  /** Another one after a move, from the welcome there on. */
  get roomId(): string {
    return this.#roomId;
  }

  get isOpen(): boolean {
    return !this.#isResuming && this.#inner.isOpen;
  }

  /** The newest connection. */
  get current(): RoomConnection {
    return this.#inner;
  }

  get state(): unknown {
    return this.#shown.state;
  }

  sendBytes(name: MessageName, bytes: Uint8Array): void {
    this.#inner.sendBytes(name, bytes);
  }

  onMessage(name: MessageName, listener: (message: unknown) => void): void {
    this.#on.messages.push([name, listener]);
    this.#forward(this.#inner, name, listener);
  }

  onStateChange(listener: () => void): void {
    this.#on.state.push(listener);
  }

  onDrop(listener: () => void): void {
    this.#on.drop.push(listener);
  }

  onError(listener: (code: number, message: string) => void): void {
    this.#on.error.push(listener);
  }

  onLeave(listener: (code: number, reason: string, error?: CodedError) => void): void {
    this.#on.leave.push(listener);
  }

  async leave(): Promise<void> {
    const wasResuming = this.#isResuming;
    this.#stop();
    if (!wasResuming) await this.#inner.leave();
  }

  abandon(): void {
    this.#stop();
    this.#inner.abandon();
  }

  #attach(inner: RoomConnection): void {
    const ifCurrent = (run: () => void) => {
      if (inner === this.#inner) run();
    };
    this.#forward(inner, Message.welcome, (message) => this.#onWelcome(message));
    this.#forward(inner, Message.comeBack, (message) => {
      this.#comeBackMs = readComeBack(message).retryAfterMs;
    });
    this.#forward(inner, Message.moved, (message) => {
      this.#moving = readMoved(message);
    });
    for (const [name, listener] of this.#on.messages) this.#forward(inner, name, listener);
    inner.onStateChange(() =>
      ifCurrent(() => {
        this.#shown = inner;
        for (const listener of this.#on.state) listener();
      }),
    );
    inner.onDrop(() => ifCurrent(() => this.#onLost()));
    inner.onError((code, message) =>
      ifCurrent(() => {
        // That it doesn't work at once is no news while it is being tried again.
        if (this.#isLost) return;
        for (const listener of this.#on.error) listener(code, message);
      }),
    );
    inner.onLeave((code, reason, error) => ifCurrent(() => this.#onClosed(code, reason, error)));
  }

  #forward(inner: RoomConnection, name: MessageName, listener: (message: unknown) => void): void {
    inner.onMessage(name, (message) => {
      if (inner === this.#inner) listener(message);
    });
  }

  #onWelcome(message: unknown): void {
    this.#lane = readWelcome(message).lane;
    this.#roomId = this.#inner.roomId;
    this.#moving = undefined;
    this.#comeBackMs = undefined;
    this.#isLost = false;
    this.#tries = 0;
    this.#lastError = undefined;
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
  }

  /** The connection broke; it is being built up again, as it was or as a new one. */
  #onLost(): void {
    if (this.#isOver) return;
    this.#isLost = true;
    this.#cancelDeadline ??= this.#options.timers.after(this.#options.resumeForMs, () =>
      this.#giveUp(),
    );
    for (const listener of this.#on.drop) listener();
  }

  #onClosed(code: number, reason: string, error: CodedError | undefined): void {
    const isDropped = code >= DROPPED && code < DROPPED + 100;
    const isShutDown = code === SERVER_SHUTDOWN && this.#comeBackMs === undefined;
    const isFinal = code === CONSENTED || isDropped || isShutDown;
    if (this.#isOver || (isFinal && this.#moving === undefined) || this.#lane === undefined) {
      this.#end(code, reason, error);
      return;
    }
    this.#isResuming = true;
    this.#onLost();
    this.#tryLater(this.#comeBackMs ?? (this.#tries === 0 ? 0 : this.#pauseMs()));
  }

  #tryLater(pauseMs: number): void {
    this.#cancelPause = this.#options.timers.after(pauseMs, () => {
      if (this.#lane !== undefined) this.#try(this.#lane);
    });
  }

  /** Everybody whose server was gone comes back at once: not all of them at the same moments. */
  #pauseMs(): number {
    return reconnectPauseMs(this.#tries, this.#options.random);
  }

  #try(lane: number): void {
    const { resume, move, timers } = this.#options;
    const moving = this.#moving;
    this.#tries++;
    let isLate = false;
    const cancel = timers.after(JOIN_TIMEOUT_MS, () => {
      isLate = true;
      this.#onRefused(new ClientError("SERVER_UNREACHABLE", "no answer in time"));
    });
    (moving === undefined ? resume(lane) : move(moving.roomId)).then(
      (inner) => {
        cancel();
        // The server takes the place as lost for a while, and keeps it.
        if (isLate || this.#isOver) inner.abandon();
        else this.#take(inner);
      },
      (error: unknown) => {
        cancel();
        if (!isLate) this.#onRefused(error);
      },
    );
  }

  #take(inner: RoomConnection): void {
    this.#isResuming = false;
    this.#inner = inner;
    this.#attach(inner);
  }

  #onRefused(error: unknown): void {
    if (this.#isOver) return;
    this.#lastError = asCoded(error);
    if (this.#moving?.roomId !== undefined && isRoomGone(this.#lastError)) {
      this.#moving = { roomId: undefined };
      this.#tryLater(this.#pauseMs());
    } else if (isFinalRefusal(this.#lastError)) this.#giveUp();
    else this.#tryLater(this.#pauseMs());
  }

  #giveUp(): void {
    const error =
      this.#lastError ?? new ClientError("SERVER_UNREACHABLE", "the connection was lost");
    const inner = this.#isResuming ? undefined : this.#inner;
    this.#end(FAILED_TO_RECONNECT, error.code, error);
    inner?.abandon();
  }

  #end(code: number, reason: string, error: CodedError | undefined): void {
    this.#stop();
    for (const listener of this.#on.leave.splice(0)) listener(code, reason, error);
  }

  /** Tries nothing more. */
  #stop(): void {
    this.#isOver = true;
    this.#cancelDeadline?.();
    this.#cancelPause?.();
  }
}

/** Pause before a try to reconnect: longer each time, with a fifth of it left to chance. */
export function reconnectPauseMs(tries: number, random: () => number): number {
  const pauseMs = Math.min(MAX_RECONNECT_PAUSE_MS, MIN_RECONNECT_PAUSE_MS * 1.5 ** tries);
  return Math.round(pauseMs * (0.9 + 0.2 * random()));
}

function isFinalRefusal(error: CodedError): boolean {
  if (error instanceof ServerError) return !RETRIED.has(error.code);
  return isRoomGone(error) || FINAL_HERE.has(error.code);
}

/** A room is locked while connections that are gone still count; then they don't. */
function isRoomGone({ code, details, message }: CodedError): boolean {
  return code === "JOIN_REFUSED" && details.code === ROOM_UNKNOWN && !message.includes("locked");
}

function asCoded(error: unknown): CodedError {
  if (error instanceof ClientError || error instanceof ServerError) return error;
  return new ClientError("CONNECTION_ERROR", "the room could not be resumed", { cause: error });
}
