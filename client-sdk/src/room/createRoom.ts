import {
  type ChainId,
  CodedError,
  type CoSignRequest,
  type Finality,
  type Hash,
  ledgerHeight,
  Message,
  type SealRequest,
  type StateStamp,
  startLane,
  type Welcome,
} from "@weft/protocol";
import { ClientError, ServerError } from "../errors.ts";
import type { ClientGame, GameState } from "../game.ts";
import { JOIN_TIMEOUT_MS, LEAVE_SEAL_TIMEOUT_MS } from "../limits.ts";
import type { Timers } from "../timers.ts";
import { type ApproveReport, CoSigner } from "./coSigner.ts";
import { createActions } from "./createActions.ts";
import { createWaits } from "./createWaits.ts";
import { LaneSender } from "./laneSender.ts";
import { createListeners } from "./listeners.ts";
import {
  type RoundUpdate,
  readCoSignRequest,
  readFinality,
  readRefusal,
  readRound,
  readSealRequest,
  readStamp,
  readWelcome,
} from "./messages.ts";
import type { Room, RoomLeave, RoomStatus } from "./room.ts";
import type { RoomConnection } from "./roomConnection.ts";

export type RoomOptions<G extends ClientGame> = {
  readonly connection: RoomConnection;
  readonly game: G;
  readonly chainId: ChainId;
  /** The chain that reports go to. */
  readonly zkChainId: ChainId;
  readonly sessionId: Hash;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  readonly timers: Timers;
  readonly maxUnsequencedFrames: number;
  readonly sealIntervalMs: number;
  readonly approveReport: ApproveReport;
};

/** WebSocket close code of a place that was given up on purpose. */
const CONSENTED = 4000;

const NOTHING_FINAL: Finality = { applied: 0, sequenced: 0, sealed: 0, height: ledgerHeight(0) };

/**
 * A room around a connection that has just been let in.
 * @returns when the room has said welcome and has sent its state.
 * @throws ClientError JOIN_TIMEOUT, LANE_DIVERGED, JOIN_REFUSED when it closes before.
 */
export async function createRoom<G extends ClientGame>(options: RoomOptions<G>): Promise<Room<G>> {
  const seat = new Seat(options);
  await seat.joined;
  return seat.room;
}

/** A player's place and all that changes about it. */
class Seat<G extends ClientGame> {
  readonly room: Room<G>;
  readonly joined: Promise<void>;
  readonly #options: RoomOptions<G>;
  #status: RoomStatus = "open";
  #welcome: Welcome | undefined;
  #hasState = false;
  #sender: LaneSender | undefined;
  #coSigner: CoSigner;
  #finality: Finality = NOTHING_FINAL;
  /** The room that the lane is in. */
  #roomId: string;
  #round: RoundUpdate | undefined;
  #settleJoin: { resolve: () => void; reject: (error: unknown) => void } | undefined;

  readonly #onThrow = (cause: unknown) =>
    this.#report(new ClientError("LISTENER_FAILED", "a listener threw", { cause }));
  readonly #errors = createListeners<CodedError>((cause) =>
    console.error("weft: a listener for errors threw", cause),
  );
  readonly #states = createListeners<GameState<G>>(this.#onThrow);
  readonly #stamps = createListeners<StateStamp>(this.#onThrow);
  readonly #finalities = createListeners<Finality>(this.#onThrow);
  readonly #rounds = createListeners<RoundUpdate>(this.#onThrow);
  readonly #statuses = createListeners<RoomStatus>(this.#onThrow);
  readonly #leaves = createListeners<RoomLeave>(this.#onThrow);

  constructor(options: RoomOptions<G>) {
    this.#options = options;
    this.#roomId = options.connection.roomId;
    this.#coSigner = this.#createCoSigner();
    this.joined = new Promise((resolve, reject) => {
      this.#settleJoin = { resolve, reject };
    });
    this.room = this.#createRoom();
    this.#listen();
    const cancel = options.timers.after(JOIN_TIMEOUT_MS, () => {
      if (this.#settleJoin === undefined) return;
      const missing = this.#welcome === undefined ? "a welcome" : "its state";
      this.#leaveWith(new ClientError("JOIN_TIMEOUT", `the room sent no ${missing}`));
    });
    // A process that is done must not stay for it.
    this.joined.then(cancel, cancel);
  }

  #listen(): void {
    const { connection } = this.#options;
    const on = <T>(
      name: Parameters<RoomConnection["onMessage"]>[0],
      read: (message: unknown) => T,
      take: (message: T) => void,
    ) =>
      connection.onMessage(name, (message) => {
        try {
          take(read(message));
        } catch (error) {
          this.#report(error);
        }
      });
    on(Message.welcome, readWelcome, (welcome) => this.#onWelcome(welcome));
    on(Message.stamp, readStamp, (stamp) => this.#stamps.emit(stamp));
    on(Message.finality, readFinality, (finality) => this.#onFinality(finality));
    on(Message.refusal, readRefusal, (refusal) => {
      if (this.#sender?.onRefusal(refusal) === true) return;
      const { code, message, ...details } = refusal;
      this.#report(new ServerError(code, message, { details }));
    });
    on(Message.sealRequest, readSealRequest, (request) => this.#onSealRequest(request));
    on(Message.coSignRequest, readCoSignRequest, (request) => {
      this.#coSign(request).catch((error: unknown) => this.#report(error));
    });
    on(Message.round, readRound, (round) => {
      // After a reconnection the newest news comes again.
      const { roundId, phase } = this.#round ?? {};
      if (round.roundId === roundId && round.phase === phase) return;
      this.#coSigner.onRound(round, this.#finality);
      this.#round = round;
      this.#rounds.emit(round);
    });
    connection.onStateChange(() => {
      this.#hasState = true;
      this.#checkJoined();
      this.#states.emit(this.room.state);
    });
    connection.onDrop(() => {
      this.#sender?.pause();
      this.#setStatus("reconnecting");
    });
    connection.onError((code, message) =>
      this.#report(new ClientError("CONNECTION_ERROR", message, { details: { code } })),
    );
    connection.onLeave((code, reason, error) => {
      if (error !== undefined) this.#report(error);
      this.#end({ code, reason, ...(error === undefined ? {} : { error }) });
    });
  }

  #createCoSigner(): CoSigner {
    return new CoSigner({ ...this.#options, approve: this.#options.approveReport });
  }

  #onWelcome(welcome: Welcome): void {
    const { chainId, sessionId, connection } = this.#options;
    if (connection.roomId !== this.#roomId) this.#startOver(connection.roomId);
    const before = this.#welcome;
    if (welcome.chainId !== chainId || (before !== undefined && !isSameLane(before, welcome))) {
      this.#leaveWith(
        new ClientError("LANE_DIVERGED", "the room welcomes the player to another lane", {
          details: { before: before ?? { chainId }, welcome },
        }),
      );
      return;
    }
    this.#welcome = welcome;
    this.#sender ??= this.#createSender(startLane({ ...welcome, sessionId }));
    this.#sender.resume(welcome.head, welcome.sealed);
    if (before !== undefined) this.#fallBack(welcome);
    this.#askForStamps();
    this.#setStatus("open");
    this.#checkJoined();
  }

  /** The room goes on as another one, in which nothing has happened yet. What wasn't applied before is lost. */
  #startOver(roomId: string): void {
    this.#roomId = roomId;
    this.#sender?.stop();
    this.#sender = undefined;
    this.#welcome = undefined;
    this.#round = undefined;
    this.#coSigner = this.#createCoSigner();
    this.#finality = NOTHING_FINAL;
    this.#finalities.emit(this.#finality);
  }

  /** On every connection anew. */
  #askForStamps(): void {
    const { connection } = this.#options;
    if (this.#stamps.size === 0 || this.#welcome === undefined || !connection.isOpen) return;
    connection.sendBytes(Message.wantStamps, new Uint8Array());
  }

  /** A server that was started anew has lost what wasn't on disk: it isn't applied any more, and goes out again. */
  #fallBack({ head, sealed }: Welcome): void {
    this.#coSigner.onWelcome();
    const { applied, ...before } = this.#finality;
    if (applied <= head.seq && before.sealed <= sealed) return;
    this.#finality = {
      ...before,
      applied: Math.min(applied, head.seq),
      sealed: Math.min(before.sealed, sealed),
    };
    this.#finalities.emit(this.#finality);
  }

  #createSender(start: ReturnType<typeof startLane>): LaneSender {
    const { connection, sign, timers, maxUnsequencedFrames, sealIntervalMs } = this.#options;
    return new LaneSender({
      start,
      wire: {
        get isOpen() {
          return connection.isOpen;
        },
        sendFrame: (bytes) => connection.sendBytes(Message.frame, bytes),
        sendSeal: (bytes) => connection.sendBytes(Message.seal, bytes),
      },
      sign,
      timers,
      maxUnsequencedFrames,
      sealIntervalMs,
      onSealFailed: (error) => this.#report(error),
      onDiverged: (error) => this.#leaveWith(error),
    });
  }

  #onFinality(finality: Finality): void {
    if (this.#sender === undefined) return;
    this.#sender.onFinality(finality);
    this.#finality = finality;
    this.#finalities.emit(finality);
  }

  #onSealRequest(request: SealRequest): void {
    const sender = this.#sender;
    if (sender === undefined) return;
    this.#coSigner.onSealRequest(request, this.#finality, (seq) => sender.headAt(seq));
    sender.seal();
  }

  async #coSign(request: CoSignRequest): Promise<void> {
    const { connection } = this.#options;
    const bytes = await this.#coSigner.coSign(request, this.#joinedAs().room);
    // After a reconnection the room asks again.
    if (connection.isOpen) connection.sendBytes(Message.coSignature, bytes);
  }

  #checkJoined(): void {
    if (this.#welcome === undefined || !this.#hasState) return;
    this.#settleJoin?.resolve();
    this.#settleJoin = undefined;
  }

  #report(error: unknown): void {
    const coded =
      error instanceof CodedError
        ? error
        : new ClientError("RESPONSE_INVALID", "could not take what the server sent", {
            cause: error,
          });
    this.#errors.emit(coded);
  }

  #setStatus(status: RoomStatus): void {
    if (this.#status === status || this.#status === "left") return;
    this.#status = status;
    this.#statuses.emit(status);
  }

  /** Leaves because it can't go on. */
  #leaveWith(error: ClientError): void {
    this.#report(error);
    this.#options.connection.leave().catch((cause: unknown) => this.#report(cause));
    this.#end({ code: CONSENTED, reason: error.code, error });
  }

  #end(leave: RoomLeave): void {
    if (this.#status === "left") return;
    this.#sender?.stop();
    this.#setStatus("left");
    const { code, reason } = leave;
    this.#settleJoin?.reject(
      leave.error ??
        new ClientError("JOIN_REFUSED", `the room closed the connection: ${reason}`, {
          details: { code, reason },
        }),
    );
    this.#settleJoin = undefined;
    this.#leaves.emit(leave);
  }

  async #leave(): Promise<void> {
    if (this.#status === "left") return;
    const { connection, timers } = this.#options;
    const orTimeout = (done: Promise<void> | undefined) =>
      new Promise<void>((resolve) => {
        const cancel = timers.after(LEAVE_SEAL_TIMEOUT_MS, resolve);
        const finish = () => {
          cancel();
          resolve();
        };
        Promise.resolve(done).then(finish, finish);
      });
    await orTimeout(this.#sender?.flush());
    this.#sender?.stop();
    await orTimeout(connection.leave());
    this.#end({ code: CONSENTED, reason: "left" });
  }

  #finalityOf(seq: number) {
    const { applied, sequenced, sealed } = this.#finality;
    const level = seq <= sequenced ? "sequenced" : seq <= applied ? "applied" : "sent";
    return { level, sealed: seq <= sealed } as const;
  }

  /** Rejects waits when the room is left. */
  readonly #onEnd = (reject: (error: unknown) => void) => {
    const left = () => reject(new ClientError("ROOM_LEFT", "the room was left"));
    if (this.#status === "left") queueMicrotask(left);
    return this.#leaves.add(left);
  };

  #createRoom(): Room<G> {
    const seat = this;
    const { connection, game, sessionId } = this.#options;
    const push: Parameters<typeof createActions>[1] = (action, input) => {
      if (this.#sender !== undefined) return this.#sender.push(action, input);
      throw new ClientError("ROOM_LEFT", "the room was not joined");
    };
    return {
      get id() {
        return seat.#roomId;
      },
      get address() {
        return seat.#joinedAs().room;
      },
      get lane() {
        return seat.#joinedAs().lane;
      },
      sessionId,
      get status() {
        return seat.#status;
      },
      act: createActions(game, push),
      get state() {
        return connection.state as GameState<G>;
      },
      get finality() {
        return seat.#finality;
      },
      finalityOf: (seq) => this.#finalityOf(seq),
      get round() {
        return seat.#round;
      },
      onStateChange: (listener) => this.#states.add(listener),
      onStamp: (listener) => {
        const unsubscribe = this.#stamps.add(listener);
        if (this.#stamps.size === 1) this.#askForStamps();
        return unsubscribe;
      },
      onFinality: (listener) => this.#finalities.add(listener),
      onRound: (listener) => this.#rounds.add(listener),
      onError: (listener) => this.#errors.add(listener),
      onStatus: (listener) => this.#statuses.add(listener),
      onLeave: (listener) => this.#leaves.add(listener),
      ...createWaits<G>({
        states: this.#states,
        finalities: this.#finalities,
        rounds: this.#rounds,
        onEnd: this.#onEnd,
        state: () => connection.state as GameState<G>,
        finality: () => this.#finality,
      }),
      seal: () => this.#sender?.seal(),
      leave: () => this.#leave(),
    };
  }

  #joinedAs(): Welcome {
    if (this.#welcome !== undefined) return this.#welcome;
    throw new ClientError("ROOM_LEFT", "the room was not joined");
  }
}

function isSameLane(a: Welcome, b: Welcome): boolean {
  return a.room === b.room && a.lane === b.lane;
}
