import {
  type ComeBack,
  decodeFrame,
  type LeaveReason,
  Message,
  type Welcome,
} from "@weft/protocol";
import {
  type Claim,
  createRoomParts,
  type ParsedJoinOptions,
  type RoomHost,
  type RoomParts,
  readPendingReport,
  readTicket,
  type Seat,
  Ticker,
} from "@weft/rooms/simulation";
import { hexToBytes } from "viem";
import type { Lifetime } from "../core/lifetime.ts";
import { countGame } from "../countGame.ts";
import type { Mutation } from "../mutations.ts";
import type { PlayerConnection } from "./playerConnection.ts";

/** As Colyseus's `CloseCode`. */
const CONSENTED = 4000;
const SERVER_SHUTDOWN = 4001;
/** A room in which nobody is for so long is disposed of. */
const DISPOSE_MS = 300;

export type RoomShellOptions = {
  readonly life: Lifetime;
  readonly host: RoomHost;
  readonly roomId: string;
  /** From here on nobody is let in. Resolves when the room is closed. */
  readonly onDisposing: (disposed: Promise<void>) => void;
  readonly mutation: Mutation | undefined;
};

/**
 * What `WeftRoom` does between Colyseus and the room's parts, without Colyseus. Keep it like `WeftRoom`: all else that runs
 * here is the server's own.
 */
export class RoomShell {
  readonly roomId: string;
  readonly parts: RoomParts;
  readonly #options: RoomShellOptions;
  readonly #ticker: Ticker;
  readonly #claims = new Map<Seat, Claim>();
  readonly #connections = new Map<Seat, PlayerConnection>();
  /** What ends the wait for players whose connections broke. */
  readonly #absences = new Map<Seat, () => void>();
  #suspended = false;
  #disposed = false;

  constructor(options: RoomShellOptions) {
    this.#options = options;
    this.roomId = options.roomId;
    const { host, life } = options;
    this.parts = createRoomParts({
      host,
      game: countGame,
      roomId: options.roomId,
      onLeft: (seat, reason) => this.#onLeft(seat, reason),
      onFailed: () => {},
      onRoundChange: (change) =>
        host.onRound({
          ...change,
          game: countGame.name,
          roomId: this.roomId,
          room: this.parts.runtime.journal.room,
        }),
    });
    const { runtime, runner, resumed } = this.parts;
    host.addRoom(this.roomId, () => ({
      roomId: this.roomId,
      room: runtime.journal.room,
      game: countGame.name,
      players: runtime.seats.size,
      phase: runner.phase,
    }));
    if (resumed) this.#resume();
    this.#ticker = new Ticker(countGame.tickRateHz, () => this.#tick(), {
      now: () => life.monotonicMs(),
      setTimeout: (run, ms) => life.after(ms, run),
      clearTimeout: (cancel) => (cancel as () => void)(),
    });
    this.#beatLater();
    this.#disposeWhenEmpty();
  }

  get isFull(): boolean {
    return this.parts.runtime.seats.size >= countGame.maxPlayers;
  }

  #resume(): void {
    const { host, life } = this.#options;
    const { runtime, runner } = this.parts;
    for (const seat of [...runtime.seats.values()]) {
      this.#claim(seat);
      if (host.node.fastChain.session(seat.sessionId) === undefined) {
        runtime.dropClosed(seat, "over");
      }
    }
    runner.resume(readPendingReport(host.node, runtime.journal.record));
    life.after(host.settings.reconnectionSeconds * 1000, () => {
      for (const seat of [...runtime.seats.values()]) {
        if (seat.awaited && !this.#suspended) runtime.leave(seat, "disconnected");
      }
    });
  }

  #tick(): void {
    this.parts.runtime.tick();
    this.parts.runner.step();
  }

  #beatLater(): void {
    const { life, host } = this.#options;
    life.after(host.settings.patchRateMs, () => {
      if (this.#disposed || this.#suspended) return;
      this.parts.runtime.beat();
      this.parts.runner.step();
      this.#beatLater();
    });
  }

  /** @throws RoomsError, FastChainError when the player isn't let in. */
  async join(connection: PlayerConnection, options: unknown): Promise<void> {
    const { host } = this.#options;
    const joining = readTicket(options, host.nowMs());
    host.node.fastChain.checkTicket(
      { ...joining.ticket, game: countGame.name },
      hexToBytes(joining.signature),
    );
    if (joining.resume === undefined) await this.#join(connection, joining);
    else this.#rejoin(connection, joining, joining.resume);
  }

  async #join(connection: PlayerConnection, joining: ParsedJoinOptions): Promise<void> {
    const { host } = this.#options;
    const { runtime } = this.parts;
    host.replace(joining.ticket.sessionId);
    const seat = runtime.join(joining, connection);
    this.#connect(seat, connection);
    this.#claim(seat);
    if (this.#options.mutation !== "welcomesEarly") {
      await runtime.whenSequenced(runtime.journal.record.events - 1);
    }
    if (seat.gone) throw new Error("LANE_ENDED");
    this.#welcome(connection, seat);
  }

  #rejoin(connection: PlayerConnection, joining: ParsedJoinOptions, lane: number): void {
    const seat = this.parts.runtime.rejoin(joining, lane, connection);
    this.#connect(seat, connection);
    this.#comeBack(seat);
    this.#welcome(connection, seat);
    this.parts.runner.greet(seat);
  }

  #connect(seat: Seat, connection: PlayerConnection): void {
    connection.seat = seat;
    this.#connections.set(seat, connection);
  }

  #claim(seat: Seat): void {
    const { runtime } = this.parts;
    const claim: Claim = {
      replaced: () => runtime.dropReplaced(seat),
      closed: (why) => runtime.dropClosed(seat, why),
    };
    this.#claims.set(seat, claim);
    this.#options.host.claim(seat.sessionId, claim);
  }

  #welcome(connection: PlayerConnection, seat: Seat): void {
    const { node, settings } = this.#options.host;
    const { room } = this.parts.runtime.journal;
    const { lane, sealedSeq: sealed } = seat;
    const head = this.parts.runtime.laneHead(lane);
    const keptForMs = settings.reconnectionSeconds * 1000;
    const welcome: Welcome = { chainId: node.fastChainId, room, lane, head, sealed, keptForMs };
    connection.send(Message.welcome, welcome);
    const { news } = this.parts.runner;
    if (news !== undefined) connection.send(Message.round, news);
  }

  message({ seat }: PlayerConnection, name: string, bytes: Uint8Array): void {
    if (seat === undefined || this.#disposed || this.#suspended) return;
    const { runtime, runner } = this.parts;
    if (name === Message.frame) {
      if (this.#options.mutation === "runsTwice") this.#repeat(seat, bytes);
      runtime.intake.frame(seat, bytes);
    } else if (name === Message.seal) {
      runtime.intake.seal(seat, bytes);
      runner.step();
    } else if (name === Message.coSignature) {
      runner.coSign(seat, bytes);
    }
  }

  /** The fault of a room that runs what it has run before. */
  #repeat(seat: Seat, bytes: Uint8Array): void {
    const { program } = this.parts.runtime;
    const frame = decodeFrame(bytes);
    if (frame.seq === seat.seq && !seat.gone) program.frame(seat.lane, frame);
  }

  /** The connection broke, or was closed by its player. */
  closed(connection: PlayerConnection, code: number): void {
    const { seat } = connection;
    if (seat === undefined || this.#connections.get(seat) !== connection) return;
    if (seat.gone || this.#suspended || this.#disposed) return;
    const { runtime } = this.parts;
    if (code === CONSENTED || !connection.ready) {
      runtime.leave(seat, code === CONSENTED ? "left" : "disconnected");
      return;
    }
    runtime.disconnect(seat);
    const { life, host } = this.#options;
    this.#comeBack(seat);
    const cancel = life.after(host.settings.reconnectionSeconds * 1000, () => {
      if (!this.#suspended) runtime.leave(seat, "disconnected");
    });
    this.#absences.set(seat, cancel);
  }

  #comeBack(seat: Seat): void {
    this.#absences.get(seat)?.();
    this.#absences.delete(seat);
  }

  #onLeft(seat: Seat, _reason: LeaveReason): void {
    const claim = this.#claims.get(seat);
    this.#claims.delete(seat);
    this.#connections.delete(seat);
    this.#comeBack(seat);
    if (claim !== undefined) this.#options.host.release(seat.sessionId, claim);
    this.#disposeWhenEmpty();
  }

  #disposeWhenEmpty(): void {
    const { life } = this.#options;
    life.after(DISPOSE_MS, () => {
      if (this.parts.runtime.seats.size > 0 || this.#disposed || this.#suspended) return;
      this.#disposed = true;
      this.#options.onDisposing(this.#dispose());
    });
  }

  async #dispose(): Promise<void> {
    const { host } = this.#options;
    const { runtime, runner } = this.parts;
    await runner.stop("the room is empty");
    this.#ticker.stop();
    runtime.close();
    await host.snapshots?.remove(runtime.journal.room);
    host.removeRoom(this.roomId);
  }

  /** The server stops, and will be back: everybody is told so. */
  async suspend(): Promise<void> {
    const { host } = this.#options;
    this.#suspended = true;
    this.#ticker.stop();
    await this.parts.runner.suspend();
    await this.parts.runtime.suspend();
    const comeBack: ComeBack = { retryAfterMs: host.settings.comeBackMs };
    for (const { peer } of this.parts.runtime.seats.values())
      peer?.send(Message.comeBack, comeBack);
    for (const connection of this.#connections.values()) {
      connection.close(SERVER_SHUTDOWN, "the server stops");
    }
  }
}
