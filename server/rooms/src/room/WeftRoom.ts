import { type AuthContext, type Client, ClientState, CloseCode, Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import { createGameInstance, gameHash } from "@weft/game";
import type { Logger } from "@weft/node";
import { type LeaveReason, Message, type Welcome } from "@weft/protocol";
import { codeOf, type DropCode } from "../errors.ts";
import { type RoundChange, RoundRunner } from "../round/roundRunner.ts";
import type { AnyGame, RoomClass } from "../types.ts";
import { readTicket } from "./readTicket.ts";
import { roomAddress } from "./roomAddress.ts";
import { type Claim, joinError, type RoomHost } from "./roomHost.ts";
import { RoomRuntime } from "./roomRuntime.ts";
import type { Peer, Seat } from "./seat.ts";
import { Ticker } from "./ticker.ts";

type Reconnection = ReturnType<Room["allowReconnection"]>;
type RoomClient = Client<{ userData: Seat }>;

/** What a room is given by its server; see `bindRoom`. */
export type RoomBinding = { readonly host: RoomHost; readonly game: AnyGame };

/**
 * The Colyseus room around a game. Subclass it to add messages, metadata or hooks; what decides the game
 * belongs into the game itself, since only that is in the ledger.
 *
 * A subclass that overrides `onCreate`, `onJoin`, `onDrop`, `onReconnect`, `onLeave`, `onDispose`,
 * `onBeforeShutdown` or `broadcastPatch` must call `super`'s. It must not change `state`.
 */
export class WeftRoom<State extends Schema = Schema> extends Room<{
  state: State;
  client: RoomClient;
}> {
  /** Set by the subclass that the server makes of every room class. */
  declare protected readonly binding: RoomBinding;
  #runtime: RoomRuntime | undefined;
  #runner: RoundRunner | undefined;
  #ticker: Ticker | undefined;
  readonly #claims = new Map<Seat, Claim>();
  /** Seats whose connection broke, and Colyseus's promise of a new one. */
  readonly #reconnections = new Map<Seat, Reconnection>();

  /** A player has taken a place. */
  protected onPlayerJoined(_seat: Seat): void {}
  /** A player's place has ended. */
  protected onPlayerLeft(_seat: Seat, _reason: LeaveReason): void {}
  /** A round opened, ended, was reported or became void. */
  protected onRoundChange(_change: RoundChange): void {}

  /** Asks for the next round without waiting for `startDelayMs`: it opens once there are players enough. */
  startRound(): void {
    this.runner.start();
  }

  protected get runtime(): RoomRuntime {
    if (this.#runtime === undefined) throw new Error("the room isn't created yet");
    return this.#runtime;
  }

  protected get runner(): RoundRunner {
    if (this.#runner === undefined) throw new Error("the room isn't created yet");
    return this.#runner;
  }

  protected get logger(): Logger {
    return this.binding.host.node.logger;
  }

  override onCreate(_options: unknown): void | Promise<void> {
    try {
      this.#create();
    } catch (error) {
      this.logger.error("a room could not be created", { error });
      throw joinError(error);
    }
  }

  #create(): void {
    const { host, game } = this.binding;
    const { node, settings, nowMs } = host;
    const room = roomAddress(node.fastChainId, this.roomId);
    host.addRoom(this.roomId, () => ({
      roomId: this.roomId,
      room,
      game: game.name,
      players: this.#runtime?.seats.size ?? 0,
      phase: this.#runner?.phase ?? "lobby",
    }));
    const journal = node.fastChain.createRoom({
      room,
      name: this.roomId,
      game: game.name,
      gameHash: gameHash(game),
    });
    const { seed } = journal.record;
    const program = createGameInstance(game, {
      room,
      seed,
      onError: ({ code, message, details, cause }) =>
        this.logger.warn("game code failed", { room, code, message, details, cause }),
    });
    this.#runtime = new RoomRuntime({
      program,
      journal,
      maxPlayers: game.maxPlayers,
      settings,
      logger: this.logger,
      nowMs,
      onLeft: (seat, reason) => this.#onLeft(seat, reason),
      onFailed: () => this.#abort(),
    });
    this.#runner = new RoundRunner({
      runtime: this.#runtime,
      game,
      settings,
      fastChain: node.fastChain,
      zkChainId: node.zkChainId,
      reports: host.reports,
      logger: this.logger,
      nowMs,
      onChange: (change) => this.#onRoundChange(change),
    });
    this.state = program.state as State;
    this.maxClients = game.maxPlayers;
    this.patchRate = settings.patchRateMs;
    this.#takeMessages();
    this.#ticker = new Ticker(game.tickRateHz, () => this.#tick());
  }

  #takeMessages(): void {
    const { intake } = this.runtime;
    this.onMessageBytes<Uint8Array>(Message.frame, ({ userData: seat }, bytes) => {
      if (seat !== undefined) intake.frame(seat, bytes);
    });
    this.onMessageBytes<Uint8Array>(Message.seal, ({ userData: seat }, bytes) => {
      if (seat !== undefined) intake.seal(seat, bytes);
      this.runner.step();
    });
    this.onMessageBytes<Uint8Array>(Message.coSignature, ({ userData: seat }, bytes) => {
      if (seat !== undefined) this.runner.coSign(seat, bytes);
    });
    // The same messages, but not as bytes: malformed, and answered as such.
    const nothing = new Uint8Array();
    this.onMessage(Message.frame, ({ userData: seat }) => {
      if (seat !== undefined) intake.frame(seat, nothing);
    });
    this.onMessage(Message.seal, ({ userData: seat }) => {
      if (seat !== undefined) intake.seal(seat, nothing);
    });
    this.onMessage(Message.coSignature, ({ userData: seat }) => {
      if (seat !== undefined) this.runner.coSign(seat, nothing);
    });
  }

  #tick(): void {
    this.runtime.tick();
    this.runner.step();
  }

  /** Colyseus calls this at the patch rate: after the state's changes goes what is told of them. */
  override broadcastPatch(): boolean {
    const changed = super.broadcastPatch();
    this.#runtime?.beat();
    this.#runner?.step();
    return changed;
  }

  override onJoin(client: RoomClient, options: unknown): void | Promise<void> {
    const { host, game } = this.binding;
    try {
      const joining = readTicket(options, host.nowMs());
      const { sessionId } = joining.ticket;
      host.node.fastChain.checkTicket(
        { ...joining.ticket, game: game.name },
        Buffer.from(joining.signature.slice(2), "hex"),
      );
      const claim: Claim = {
        replaced: () => client.userData && this.runtime.dropReplaced(client.userData),
        closed: (why) => client.userData && this.runtime.dropClosed(client.userData, why),
      };
      host.claim(sessionId, claim);
      const seat = this.runtime.join(joining, peerOf(client));
      client.userData = seat;
      this.#claims.set(seat, claim);
      this.#welcome(client, seat);
      this.onPlayerJoined(seat);
    } catch (error) {
      throw joinError(error);
    }
  }

  #welcome(client: RoomClient, seat: Seat): void {
    const { room } = this.runtime.journal;
    const { fastChainId: chainId } = this.binding.host.node;
    const { lane, head, sealedSeq: sealed } = seat;
    const keptForMs = this.binding.host.settings.reconnectionSeconds * 1000;
    const welcome: Welcome = { chainId, room, lane, head, sealed, keptForMs };
    client.send(Message.welcome, welcome);
    const { news } = this.runner;
    if (news !== undefined) client.send(Message.round, news);
  }

  /** The connection broke: the lane is kept for a while. */
  override onDrop(client: RoomClient): void | Promise<void> {
    const seat = client.userData;
    if (seat === undefined || seat.gone) return;
    this.runtime.disconnect(seat);
    const { reconnectionSeconds } = this.binding.host.settings;
    // Refused for a client that never took its place, and when the time is over: then `onLeave` follows.
    const reconnection = this.allowReconnection(client, reconnectionSeconds);
    this.#reconnections.set(seat, reconnection);
    reconnection.catch(() => {});
  }

  override onReconnect(client: RoomClient): void | Promise<void> {
    const seat = client.userData;
    if (seat === undefined || seat.gone) return;
    this.#reconnections.delete(seat);
    this.runtime.reconnect(seat, peerOf(client));
    this.#welcome(client, seat);
    this.runner.greet(seat);
  }

  override onLeave(client: RoomClient, code?: number): void | Promise<void> {
    const seat = client.userData;
    if (seat === undefined) return;
    this.runtime.leave(seat, code === CloseCode.CONSENTED ? "left" : "disconnected");
  }

  #onLeft(seat: Seat, reason: LeaveReason): void {
    const claim = this.#claims.get(seat);
    this.#claims.delete(seat);
    if (claim !== undefined) this.binding.host.release(seat.sessionId, claim);
    // A place that ended while its player was away can't be come back to.
    // (Colyseus gives a plain promise where it refused at once: that has nothing to reject.)
    this.#reconnections.get(seat)?.reject?.(new Error(reason));
    this.#reconnections.delete(seat);
    this.onPlayerLeft(seat, reason);
  }

  #onRoundChange(change: RoundChange): void {
    const { host, game } = this.binding;
    const { room } = this.runtime.journal;
    host.onRound({ ...change, game: game.name, roomId: this.roomId, room });
    this.onRoundChange(change);
  }

  /** The ledger takes nothing more. Not at once: this may be in the middle of anything. */
  #abort(): void {
    setImmediate(() => {
      Promise.resolve()
        .then(() => this.disconnect(CloseCode.SERVER_SHUTDOWN))
        .catch((error) => this.logger.error("a room could not be closed", { error }));
    });
  }

  /** The server stops: players are told, and a report on its way gets its time. */
  override onBeforeShutdown(): void {
    this.#stop("the server stops")
      .catch((error) => this.logger.error("a room did not stop cleanly", { error }))
      .finally(() => super.onBeforeShutdown());
  }

  override async onDispose(): Promise<void> {
    try {
      await this.#stop("the room is empty");
      this.#runtime?.close();
    } catch (error) {
      this.logger.error("a room did not close cleanly", { code: codeOf(error), error });
    } finally {
      this.binding.host.removeRoom(this.roomId);
    }
  }

  async #stop(why: string): Promise<void> {
    await this.#runner?.stop(why);
    this.#ticker?.stop();
  }
}

/**
 * The class that the server registers: the given one, with what it needs to know. Colyseus makes rooms by
 * itself, without arguments.
 */
export function bindRoom(base: RoomClass, binding: RoomBinding) {
  return class extends base {
    protected override readonly binding = binding;

    /** Before a room is made or a seat reserved: only sessions get that far. */
    static async onAuth(_token: string, options: unknown, _context: AuthContext) {
      try {
        binding.host.admit(binding.game.name, options);
        // Nothing of the session: a `sessionId` in here would become the seat's secret, and ours is public.
        return true;
      } catch (error) {
        throw joinError(error);
      }
    }
  };
}

function peerOf(client: RoomClient): Peer {
  return {
    get ready() {
      return client.state === ClientState.JOINED;
    },
    get bufferedBytes() {
      const { bufferedAmount } = client.ref as { bufferedAmount?: unknown };
      return typeof bufferedAmount === "number" ? bufferedAmount : 0;
    },
    send: (type, message) => client.send(type, message),
    close: (code: DropCode, reason) => client.leave(code, reason),
  };
}
