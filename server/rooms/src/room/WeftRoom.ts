import {
  type AuthContext,
  type Client,
  ClientState,
  CloseCode,
  Room,
  SchemaSerializer,
  type Serializer,
} from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import type { Logger } from "@weft/node";
import { type ComeBack, type LeaveReason, Message, type Moved, type Welcome } from "@weft/protocol";
import { codeOf, DropCode, RoomsError } from "../errors.ts";
import { MAX_MESSAGES_PER_SECOND } from "../limits.ts";
import type { ParsedJoinOptions } from "../login/loginBodies.ts";
import { readPendingReport } from "../round/pendingReport.ts";
import type { RoundChange, RoundRunner } from "../round/roundRunner.ts";
import type { AnyGame, RoomClass } from "../types.ts";
import { bundle, bundled } from "./bundle.ts";
import { createRoomParts } from "./createRoomParts.ts";
import type { GameErrors } from "./gameErrors.ts";
import { PatchSerializer } from "./patchSerializer.ts";
import { ClientPeer } from "./peer.ts";
import { readTicket } from "./readTicket.ts";
import { type Claim, joinError, type RoomHost } from "./roomHost.ts";
import type { RoomRuntime } from "./roomRuntime.ts";
import type { Seat } from "./seat.ts";
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
  #errors: GameErrors | undefined;
  #ticker: Ticker | undefined;
  #createdWith: unknown;
  #resumed = false;
  #suspended = false;
  /** Ends the wait for players who don't come back after a restart. */
  #absence: NodeJS.Timeout | undefined;
  /** What `autoDispose` is when nobody is awaited. */
  #disposes = true;
  readonly #claims = new Map<Seat, Claim>();
  /** Each seat's newest connection. What an older one does is no more of interest. */
  readonly #connections = new Map<Seat, RoomClient>();
  /** Seats whose connection broke, and Colyseus's promise of a new one. */
  readonly #reconnections = new Map<Seat, Reconnection>();

  /** A player has taken a place. */
  protected onPlayerJoined(_seat: Seat): void {}
  /** A player's place has ended. */
  protected onPlayerLeft(_seat: Seat, _reason: LeaveReason): void {}
  /** A round opened, ended, was reported or became void. */
  protected onRoundChange(_change: RoundChange): void {}

  /** Whether the room comes out of the ledger, after a restart: `onCreate` runs for it too, with empty options. */
  protected get resumed(): boolean {
    return this.#resumed;
  }

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

  override onCreate(options: unknown): void | Promise<void> {
    this.#createdWith = options;
    try {
      this.#create();
    } catch (error) {
      this.logger.error("a room could not be created", { error });
      throw joinError(error);
    }
  }

  #create(): void {
    const { host, game } = this.binding;
    const { runtime, runner, errors, resumed } = createRoomParts({
      host,
      game,
      roomId: this.roomId,
      onLeft: (seat, reason) => this.#onLeft(seat, reason),
      onFailed: () => this.#abort(),
      onRoundChange: (change) => this.#onRoundChange(change),
    });
    const { room } = runtime.journal;
    host.addRoom(this.roomId, () => ({
      roomId: this.roomId,
      room,
      game: game.name,
      players: runtime.seats.size,
      phase: runner.phase,
    }));
    this.#runtime = runtime;
    this.#runner = runner;
    this.#errors = errors;
    this.#resumed = resumed;
    this.state = runtime.program.state as State;
    this.maxClients = game.maxPlayers;
    this.patchRate = host.settings.patchRateMs;
    this.maxMessagesPerSecond = Math.min(this.maxMessagesPerSecond, MAX_MESSAGES_PER_SECOND);
    this.#takeMessages();
    if (resumed) this.#resume();
    this.#ticker = new Ticker(game.tickRateHz, () => this.#tick());
  }

  /** The places that the ledger has are kept for their players, as those of broken connections are. */
  #resume(): void {
    const { host } = this.binding;
    const { node, settings } = host;
    for (const seat of [...this.runtime.seats.values()]) {
      this.#claim(seat);
      if (node.fastChain.session(seat.sessionId) === undefined)
        this.runtime.dropClosed(seat, "over");
    }
    this.runner.resume(readPendingReport(node, this.runtime.journal.record));
    this.#hideWhenFull();
    if (this.runtime.seats.size === 0) return;
    this.#disposes = this.autoDispose;
    this.autoDispose = false;
    this.#absence = setTimeout(() => {
      for (const seat of [...this.runtime.seats.values()]) {
        if (seat.awaited) this.runtime.leave(seat, "disconnected");
      }
    }, settings.reconnectionSeconds * 1000);
  }

  /** When nobody is awaited any more, the room ends once it is empty, as any other. */
  #endAbsence(): void {
    if (this.#absence === undefined) return;
    for (const { awaited } of this.runtime.seats.values()) if (awaited) return;
    clearTimeout(this.#absence);
    this.#absence = undefined;
    this.autoDispose = this.#disposes;
  }

  /**
   * Colyseus counts connections, and doesn't know of places whose players have yet to come back: nobody is to be sent to a
   * room that will turn them away.
   */
  #hideWhenFull(): void {
    if (!this.#resumed) return;
    const isFull = this.runtime.seats.size >= this.binding.game.maxPlayers;
    this.setPrivate(isFull).catch((error) => this.logger.error("a room isn't listed", { error }));
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
    this.onMessageBytes<Uint8Array>(Message.wantStamps, ({ userData: seat }) => {
      if (seat !== undefined) seat.wantsStamps = true;
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

  /** Colyseus makes a serializer of its own for every state. */
  override setSerializer(serializer: Serializer<State>): void {
    const isOwn = serializer instanceof SchemaSerializer;
    const own = () => new PatchSerializer<State>((newcomer) => this.#patchOthers(newcomer));
    super.setSerializer(isOwn ? own() : serializer);
  }

  #patchOthers(newcomer: Pick<Client, "state">): void {
    const { state } = newcomer;
    // Patches go to who has joined.
    newcomer.state = ClientState.JOINING;
    try {
      this.#runtime?.stamp();
      this.#broadcast();
    } finally {
      newcomer.state = state;
    }
  }

  #tick(): void {
    this.runtime.tick();
    this.runner.step();
  }

  /** Colyseus calls this at the patch rate: after the state's changes goes what is told of them. */
  override broadcastPatch(): boolean {
    // What has come by now shows in this patch.
    this.binding.host.receive();
    return bundled(
      () => {
        this.#runtime?.stamp();
        const changed = this.#broadcast();
        this.#runtime?.beat();
        this.#runner?.step();
        return changed;
      },
      (client) => this.#watch(client),
    );
  }

  #watch(client: RoomClient): void {
    const seat = this.#seatOf(client);
    if (seat !== undefined) this.#runtime?.watchClient(seat);
  }

  /** What a game has put into its state can't always be sent: that ends neither the room nor the process. */
  #broadcast(): boolean {
    try {
      return super.broadcastPatch();
    } catch (cause) {
      const message = `the state can't be sent: ${(cause as Error).message}`;
      this.#errors?.tell(new RoomsError("STATE_UNSENDABLE", message, { cause }));
      return false;
    }
  }

  override onJoin(client: RoomClient, options: unknown): void | Promise<void> {
    const { host, game } = this.binding;
    try {
      const joining = readTicket(options, host.nowMs());
      host.node.fastChain.checkTicket(
        { ...joining.ticket, game: game.name },
        Buffer.from(joining.signature.slice(2), "hex"),
      );
      if (joining.resume === undefined) return this.#join(client, joining);
      this.#rejoin(client, joining, joining.resume);
    } catch (error) {
      throw joinError(error);
    }
  }

  /** Whoever is welcomed has a place that outlives this process: the join is on disk by then. */
  async #join(client: RoomClient, joining: ParsedJoinOptions): Promise<void> {
    try {
      const { sessionId } = joining.ticket;
      // Where the session was before it loses its place, before it gets another one.
      this.binding.host.replace(sessionId);
      const seat = this.runtime.join(joining, new ClientPeer(client));
      this.#connect(seat, client);
      this.#claim(seat);
      await this.runtime.whenSequenced(this.runtime.journal.record.events - 1);
      if (seat.gone) throw new RoomsError("LANE_ENDED", "the place has ended already");
      this.#welcome(client, seat);
      this.onPlayerJoined(seat);
    } catch (error) {
      throw joinError(error);
    }
  }

  #rejoin(client: RoomClient, joining: ParsedJoinOptions, lane: number): void {
    const seat = this.runtime.rejoin(joining, lane, new ClientPeer(client));
    // What Colyseus would build up again of the connection before is not wanted any more.
    this.#connect(seat, client);
    this.#reconnections.get(seat)?.reject?.(new Error("resumed"));
    this.#reconnections.delete(seat);
    this.#endAbsence();
    this.#welcome(client, seat);
    this.runner.greet(seat);
  }

  #connect(seat: Seat, client: RoomClient): void {
    client.userData = seat;
    this.#connections.set(seat, client);
    bundle(client);
    this.#hideWhenFull();
  }

  #claim(seat: Seat): void {
    const claim: Claim = {
      replaced: () => this.runtime.dropReplaced(seat),
      closed: (why) => this.runtime.dropClosed(seat, why),
    };
    this.#claims.set(seat, claim);
    this.binding.host.claim(seat.sessionId, claim);
  }

  #welcome(client: RoomClient, seat: Seat): void {
    const { room } = this.runtime.journal;
    const { node, settings } = this.binding.host;
    const { lane, sealedSeq: sealed } = seat;
    const head = this.runtime.laneHead(lane);
    const keptForMs = settings.reconnectionSeconds * 1000;
    const welcome: Welcome = { chainId: node.fastChainId, room, lane, head, sealed, keptForMs };
    client.send(Message.welcome, welcome);
    const { news } = this.runner;
    if (news !== undefined) client.send(Message.round, news);
  }

  /** The seat of a connection, as long as it is the seat's newest. */
  #seatOf(client: RoomClient): Seat | undefined {
    const seat = client.userData;
    const isCurrent = seat !== undefined && this.#connections.get(seat) === client;
    return isCurrent && !seat.gone && !this.#suspended ? seat : undefined;
  }

  /** The connection broke: the lane is kept for a while. */
  override onDrop(client: RoomClient): void | Promise<void> {
    const seat = this.#seatOf(client);
    if (seat === undefined) return;
    this.runtime.disconnect(seat);
    if (seat.gone) return;
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
    this.#connections.set(seat, client);
    bundle(client);
    this.runtime.reconnect(seat, new ClientPeer(client));
    this.#welcome(client, seat);
    this.runner.greet(seat);
  }

  override onLeave(client: RoomClient, code?: number): void | Promise<void> {
    const seat = this.#seatOf(client);
    if (seat === undefined) return;
    this.runtime.leave(seat, code === CloseCode.CONSENTED ? "left" : "disconnected");
  }

  #onLeft(seat: Seat, reason: LeaveReason): void {
    const claim = this.#claims.get(seat);
    this.#claims.delete(seat);
    this.#connections.delete(seat);
    this.#hideWhenFull();
    if (claim !== undefined) this.binding.host.release(seat.sessionId, claim);
    // A place that ended while its player was away can't be come back to.
    // (Colyseus gives a plain promise where it refused at once: that has nothing to reject.)
    this.#reconnections.get(seat)?.reject?.(new Error(reason));
    this.#reconnections.delete(seat);
    this.#endAbsence();
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
      this.#tellToComeBack();
      Promise.resolve()
        .then(() => this.disconnect(CloseCode.SERVER_SHUTDOWN))
        .catch((error) => this.logger.error("a room could not be closed", { error }));
    });
  }

  /** The server stops: players are told, and a report on its way gets its time. */
  override onBeforeShutdown(): void {
    const stopped = this.#isKept ? this.#suspend() : this.#stop("the server stops");
    stopped
      .catch((error) => this.logger.error("a room did not stop cleanly", { error }))
      .finally(() => {
        this.#tellToComeBack();
        super.onBeforeShutdown();
      });
  }

  override async onDispose(): Promise<void> {
    const { host } = this.binding;
    try {
      clearTimeout(this.#absence);
      if (this.#suspended) return;
      await this.#stop("the room is empty");
      this.#runtime?.close();
      if (this.#runtime !== undefined) await host.snapshots?.remove(this.#runtime.journal.room);
    } catch (error) {
      this.logger.error("a room did not close cleanly", { code: codeOf(error), error });
    } finally {
      host.removeRoom(this.roomId);
    }
  }

  /** Whether the room outlives the server. */
  get #isKept(): boolean {
    return this.binding.host.snapshots !== undefined;
  }

  #tellToComeBack(): void {
    const { comeBackMs: retryAfterMs } = this.binding.host.settings;
    if (!this.#isKept || this.#runtime === undefined) return;
    const comeBack: ComeBack = { retryAfterMs };
    for (const { peer } of this.#runtime.seats.values()) peer?.send(Message.comeBack, comeBack);
  }

  /**
   * The game's program has changed: ends the room, and sends its players on, in the order of their lanes.
   * @param create Makes the room of the new program, as this one was made. @returns its id
   */
  async moveTo(create: (options: unknown) => Promise<string>): Promise<void> {
    // Nobody is to be sent into a room that ends.
    await this.lock();
    await this.#stop("the game has changed");
    const seats = [...this.runtime.seats.values()];
    if (seats.length > 0) {
      const moved: Moved = { roomId: await create(this.#createdWith) };
      for (const { peer } of seats) peer?.send(Message.moved, moved);
    }
    await this.disconnect(DropCode.moved);
  }

  async #stop(why: string): Promise<void> {
    await this.#runner?.stop(why);
    this.#ticker?.stop();
  }

  /** From here on nobody loses a place, and no time passes. */
  async #suspend(): Promise<void> {
    this.#suspended = true;
    this.#ticker?.stop();
    clearTimeout(this.#absence);
    await this.#runner?.suspend();
    await this.#runtime?.suspend();
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
