import type { RoomJournal } from "@weft/fast-chain";
import type { GameInstance } from "@weft/game";
import type { Logger } from "@weft/node";
import {
  hexToBytes,
  type LaneHead,
  type LeaveReason,
  type LedgerHeight,
  Message,
  type Refusal,
  type StateStamp,
  timestampMs,
} from "@weft/protocol";
import { codeOf, DropCode, type RefusalCode, RoomsError } from "../errors.ts";
import { MAX_BUFFERED_BYTES, MAX_JOINING_MS, WATCH_CLIENTS_MS } from "../limits.ts";
import type { ParsedJoinOptions } from "../login/loginBodies.ts";
import type { RoomSettings } from "../types.ts";
import { LaneIntake, type SealSource } from "./laneIntake.ts";
import type { RoomSaver } from "./roomSaver.ts";
import { type Peer, Seat } from "./seat.ts";
import { Unsequenced } from "./unsequenced.ts";
import { Watermark } from "./watermark.ts";

export type RoomRuntimeOptions = {
  readonly program: GameInstance;
  readonly journal: RoomJournal;
  readonly maxPlayers: number;
  readonly settings: RoomSettings;
  readonly logger: Logger;
  /** Milliseconds since the Unix epoch. */
  readonly nowMs: () => number;
  /** Saves the room at checkpoints, where there is a disk. */
  readonly saver?: RoomSaver | undefined;
  /** Verifies some of the players' seals in another thread. */
  readonly sealVerifier?: SealSource | undefined;
  /** Draws them. From 0 (included) to 1 (excluded). */
  readonly random: () => number;
  /** The room comes out of the ledger: all of its log so far is on disk, up to this block. */
  readonly resumedAt?: LedgerHeight | undefined;
  /** A player's lane has ended, for whatever reason. */
  readonly onLeft?: (seat: Seat, reason: LeaveReason) => void;
  /** The ledger takes nothing more: the room can't go on. */
  readonly onFailed?: (error: unknown) => void;
};

type Drop = {
  readonly reason: LeaveReason;
  readonly code: DropCode;
  readonly refusal: RefusalCode;
  readonly message: string;
};

/**
 * A room without its network: takes what players send, writes it into the room's log in the order in
 * which it is applied, and runs the game. Nothing that a player sends makes it throw.
 */
export class RoomRuntime {
  readonly journal: RoomJournal;
  readonly program: GameInstance;
  /** Players who are in, by lane. */
  readonly seats = new Map<number, Seat>();
  /** Takes what players send. */
  readonly intake: LaneIntake;
  /** While a finished round waits for its report, no time passes in the game. */
  frozen = false;
  readonly #options: RoomRuntimeOptions;
  readonly #unsubscribe: () => void;
  /** Players who are gone and whose leaving isn't in the log yet; at most one for each lane. */
  readonly #leaving: { lane: number; reason: LeaveReason }[] = [];
  readonly #sequenced = new Watermark();
  readonly #unsequenced = new Unsequenced();
  /** The newest of the room's blocks that is on disk. */
  #height: LedgerHeight | undefined;
  /** What the room's clock is behind the server's: time in which it didn't run. */
  readonly #behindMs: number;
  #checkpointAtMs: number;
  #watchedAtMs = 0;
  #failed = false;

  constructor(options: RoomRuntimeOptions) {
    this.#options = options;
    this.journal = options.journal;
    this.program = options.program;
    this.#checkpointAtMs = options.nowMs() + options.settings.checkpointMs;
    this.intake = new LaneIntake({
      journal: options.journal,
      program: options.program,
      unsequenced: this.#unsequenced,
      nowMs: options.nowMs,
      sealVerifier: options.sealVerifier,
      random: options.random,
      refuse: (seat, refusal) => this.#refuse(seat, refusal),
      dropMisbehaved: (seat, message) => this.#dropMisbehaved(seat, message),
      dropFalseSeal: (seat) => this.dropFalseSeal(seat),
      onHostError: (error) => this.#hostError(error),
    });
    this.#unsubscribe = this.journal.onSequenced(({ events, height }) => {
      this.#height = height;
      this.#unsequenced.advance(events, height);
      this.#sequenced.advance(events);
      this.#options.saver?.sequenced(events, height);
    });
    const { resumedAt } = options;
    this.#behindMs = resumedAt === undefined ? 0 : this.#restore(resumedAt);
  }

  /**
   * Takes up the places that the ledger has, all of them without a connection.
   * @returns how far the room's clock is behind: for the game, no time has passed.
   */
  #restore(height: LedgerHeight): number {
    const { record } = this.journal;
    const nowMs = this.#options.nowMs();
    record.lanes.forEach((lane, number) => {
      if (lane.left !== undefined) return;
      this.seats.set(number, Seat.restore(number, lane, height, nowMs));
    });
    this.#sequenced.advance(record.events);
    return record.nowMs === 0 ? 0 : Math.max(0, Math.floor(nowMs) - record.nowMs);
  }

  /**
   * Lets a session in, on a new lane. The same session's older place in this room ends first.
   * @throws RoomsError ROOM_FULL; FastChainError when the chain refuses the ticket.
   */
  join({ ticket, signature }: ParsedJoinOptions, peer: Peer): Seat {
    const { sessionId, issuedAtMs } = ticket;
    const old = [...this.seats.values()].find((seat) => seat.sessionId === sessionId);
    if (old !== undefined) this.dropReplaced(old);
    const { maxPlayers, nowMs } = this.#options;
    if (this.seats.size >= maxPlayers) {
      throw new RoomsError("ROOM_FULL", `the room takes ${maxPlayers} players`);
    }
    const lane = this.journal.record.lanes.length;
    const signatureBytes = hexToBytes(signature);
    this.journal.append({ type: "join", lane, sessionId, issuedAtMs, signature: signatureBytes });
    const { payout } = this.#laneRecord(lane);
    this.program.join({ lane, sessionId, payout });
    const seat = new Seat(lane, sessionId, this.laneHead(lane).seq, peer, nowMs());
    this.seats.set(lane, seat);
    return seat;
  }

  /**
   * A session comes back to its lane over a new connection, with a new ticket. The connection that it had, if there is
   * one still, is closed.
   * @throws RoomsError LANE_ENDED; FastChainError when the chain refuses the ticket.
   */
  rejoin({ ticket, signature }: ParsedJoinOptions, lane: number, peer: Peer): Seat {
    const seat = this.seats.get(lane);
    if (seat === undefined || seat.sessionId !== ticket.sessionId) {
      const left = this.journal.record.lanes[lane]?.left;
      throw new RoomsError("LANE_ENDED", `the session has no place on lane ${lane} any more`, {
        details: { lane, left },
      });
    }
    const { issuedAtMs } = ticket;
    this.journal.append({ type: "rejoin", lane, issuedAtMs, signature: hexToBytes(signature) });
    const before = seat.peer;
    this.reconnect(seat, peer);
    before?.close(DropCode.replaced, "REPLACED");
    return seat;
  }

  /** Players who are there, and not just expected back. */
  get connectedPlayers(): number {
    let count = 0;
    for (const { awaited } of this.seats.values()) if (!awaited) count++;
    return count;
  }

  /** The connection broke; the place is kept until `leave` or `reconnect`. */
  disconnect(seat: Seat): void {
    seat.peer = undefined;
    seat.unsealedSinceMs = undefined;
  }

  reconnect(seat: Seat, peer: Peer): void {
    const nowMs = this.#options.nowMs();
    seat.peer = peer;
    seat.awaited = false;
    seat.connectedAtMs = nowMs;
    seat.gap = undefined;
    seat.forgetTold();
    // A player who couldn't seal while away gets the full time again; the round's end waits for nobody.
    if (seat.sealedSeq < seat.seq) seat.unsealedSinceMs = nowMs;
  }

  /** Ends a lane. The game learns it at once. */
  leave(seat: Seat, reason: LeaveReason): void {
    if (seat.gone) return;
    seat.gone = true;
    this.seats.delete(seat.lane);
    this.#leaving.push({ lane: seat.lane, reason });
    this.#finishLeaves();
    this.#options.onLeft?.(seat, reason);
  }

  /** While the disk is behind, nothing can be appended: those who left wait for the next beat. */
  #finishLeaves(): void {
    if (this.#leaving.length === 0) return;
    this.#guarded(() => {
      for (let next = this.#leaving[0]; next !== undefined; next = this.#leaving[0]) {
        const { lane, reason } = next;
        this.journal.append({ type: "leave", lane, reason });
        this.#leaving.shift();
        this.program.leave(lane, reason);
      }
    });
  }

  /** Ends a lane against the player's will: says why, then closes the connection. */
  drop(seat: Seat, { reason, code, refusal, message }: Drop): void {
    if (seat.gone) return;
    this.#refuse(seat, { code: refusal, message });
    this.leave(seat, reason);
    seat.peer?.close(code, refusal);
  }

  dropUnsealed(seat: Seat): void {
    const message = `frames after ${seat.sealedSeq} went without a seal for too long`;
    this.drop(seat, { reason: "unsealed", code: DropCode.unsealed, refusal: "UNSEALED", message });
  }

  /** A player's own client can't have sent such a seal. */
  dropFalseSeal(seat: Seat): void {
    const { unsealed: code } = DropCode;
    const refusal = "SEAL_SIGNATURE_INVALID";
    const message = "a seal wasn't the session key's over this lane";
    this.drop(seat, { reason: "unsealed", code, refusal, message });
  }

  dropReplaced(seat: Seat): void {
    const message = "the same session joined again";
    this.drop(seat, { reason: "replaced", code: DropCode.replaced, refusal: "REPLACED", message });
  }

  dropClosed(seat: Seat, why: string): void {
    const message = `the session was closed: ${why}`;
    const code = DropCode.sessionClosed;
    this.drop(seat, { reason: "expired", code, refusal: "SESSION_CLOSED", message });
  }

  /** Time passes in the game. */
  tick(): void {
    if (this.frozen || this.#failed) return;
    const clockMs = this.#clockMs();
    const nowMs = timestampMs(Math.max(clockMs, this.journal.nowMs));
    this.#guarded(() => {
      this.journal.append({ type: "tick", nowMs });
      this.program.tick(nowMs);
    });
  }

  #clockMs(): number {
    return this.#options.nowMs() - this.#behindMs;
  }

  /** Says what the state is like now, to who wants to know. Its changes must follow at once: see `StateStamp`. */
  stamp(): void {
    for (const seat of this.seats.values()) {
      if (seat.wantsStamps && seat.peer?.ready) seat.peer.send(Message.stamp, this.#stampOf(seat));
    }
  }

  #stampOf({ seq, frameAtMs }: Seat): StateStamp {
    const { ticks, nowMs: tickMs, round } = this.program;
    const sinceTickMs = ticks === 0 ? 0 : elapsed(tickMs, this.#clockMs());
    const sinceFrameMs = frameAtMs === 0 ? 0 : elapsed(frameAtMs, this.#options.nowMs());
    return [ticks, tickMs, sinceTickMs, seq, sinceFrameMs, round?.ticksLeft ?? null];
  }

  /** What is due from time to time: news for the clients, seals that are late, checkpoints. */
  beat(): void {
    if (this.#failed) return;
    const nowMs = this.#options.nowMs();
    this.#finishLeaves();
    // In either direction: the clock may be set back.
    if (Math.abs(nowMs - this.#watchedAtMs) >= WATCH_CLIENTS_MS) {
      this.#watchedAtMs = nowMs;
      for (const seat of [...this.seats.values()]) this.watchClient(seat);
    }
    for (const seat of this.seats.values()) this.#tellNews(seat);
    if (nowMs < this.#checkpointAtMs || this.frozen) return;
    this.#checkpointAtMs = nowMs + this.#options.settings.checkpointMs;
    this.checkpoint();
  }

  /** Drops a client that doesn't do its part. To be called also when more is sent to one that hasn't taken all from before. */
  watchClient(seat: Seat): void {
    const { peer } = seat;
    if (peer === undefined || this.#failed) return;
    const nowMs = this.#options.nowMs();
    if (this.#isUnsealed(seat, nowMs)) {
      this.dropUnsealed(seat);
    } else if (!peer.ready) {
      if (nowMs - seat.connectedAtMs > MAX_JOINING_MS) this.#dropSlow(seat, "never took its place");
    } else if (peer.bufferedBytes > MAX_BUFFERED_BYTES) {
      this.#dropSlow(seat, "doesn't read");
    }
  }

  #isUnsealed({ unsealedSinceMs }: Seat, nowMs: number): boolean {
    const { sealTimeoutMs } = this.#options.settings;
    return unsealedSinceMs !== undefined && nowMs - unsealedSinceMs > sealTimeoutMs;
  }

  /** With every patch, for every seat: what of it isn't needed to see that there is nothing to tell comes later. */
  #tellNews(seat: Seat): void {
    if (!seat.hasNews && seat.gap === undefined) return;
    const { peer } = seat;
    if (!peer?.ready) return;
    if (seat.gap !== undefined) {
      const message = "frames were not taken, send again from the expected one";
      this.#refuse(seat, { code: seat.gap, message, expected: seat.expected });
      seat.gap = undefined;
    }
    const finality = seat.newFinality(this.#height);
    if (finality !== undefined) peer.send(Message.finality, finality);
  }

  #dropSlow(seat: Seat, what: string): void {
    const message = `the client ${what}`;
    const code = DropCode.tooSlow;
    this.drop(seat, { reason: "disconnected", code, refusal: "TOO_SLOW", message });
  }

  /** Puts the hash of the game's state into the log, and saves the room where that is due, or `save` asks for it. */
  checkpoint(save = false): void {
    this.#guarded(() => {
      const stateHash = this.program.stateHash();
      const event = this.journal.append({ type: "checkpoint", stateHash });
      const take = () => this.program.snapshot();
      this.#options.saver?.checkpoint(event + 1, stateHash, take, save);
    });
  }

  /**
   * Stops for now: the room is saved as it is, its places are kept, and nothing of it runs any more here. Resolves
   * when it may be resumed from the disk.
   */
  async suspend(): Promise<void> {
    if (this.#failed) return;
    this.checkpoint(true);
    this.#failed = true;
    await this.whenSequenced(this.journal.record.events - 1);
    this.#unsubscribe();
    await this.#options.saver?.settled;
  }

  /** Resolves when the room's event number `event` is on disk; rejects when it never will be. */
  whenSequenced(event: number): Promise<void> {
    return this.#sequenced.passed(event);
  }

  laneHead(lane: number): LaneHead {
    return this.#laneRecord(lane).head;
  }

  /** Ends the log: all lanes, then the room. Nothing can be appended after it. */
  close(): void {
    for (const seat of [...this.seats.values()]) this.leave(seat, "disconnected");
    this.#guarded(() => this.journal.append({ type: "close" }));
    this.#failed = true;
    this.#unsubscribe();
  }

  #laneRecord(lane: number) {
    const record = this.journal.lane(lane);
    if (record === undefined) throw new Error(`invariant broken: lane ${lane} was appended`);
    return record;
  }

  #dropMisbehaved(seat: Seat, message: string): void {
    const code = DropCode.misbehaved;
    this.drop(seat, { reason: "disconnected", code, refusal: "TOO_MANY_BAD_MESSAGES", message });
  }

  #refuse(seat: Seat, refusal: Refusal): void {
    if (seat.peer?.ready) seat.peer.send(Message.refusal, refusal);
  }

  /** What the host itself does: it fails only when the ledger does, or through a bug of ours. */
  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#hostError(error);
    }
  }

  #hostError(error: unknown): void {
    const code = codeOf(error);
    // The disk is behind: a tick or checkpoint is skipped, the rest is tried again.
    if (code === "BLOCK_FULL") return;
    if (code === "CHAIN_STOPPED") this.#fail(error);
    else this.#options.logger.error("the room could not do what it must", { error });
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#sequenced.fail(error);
    this.#options.logger.error("the room can't go on", { error });
    this.#options.onFailed?.(error);
  }
}

/** Whole ms; none when the clock was set back. */
function elapsed(sinceMs: number, nowMs: number): number {
  return Math.max(0, Math.round(nowMs - sinceMs));
}
