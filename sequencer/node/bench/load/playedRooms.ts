import {
  FastChainError,
  type FastChainHost,
  type RoomJournal,
  type SealClaim,
  type SealVerifier,
  sealHolds,
} from "@weft/fast-chain";
import {
  type Address,
  decodeFrame,
  keccak256,
  type LaneHead,
  timestampMs,
  utf8ToBytes,
} from "@weft/protocol";
import { GAME, type Player } from "./openPlayers.ts";
import {
  ACTIONS_PER_SECOND,
  type PreparedLane,
  type PreparedSeal,
  prepareFrames,
  prepareLane,
} from "./preparedLane.ts";

/** Of a lane's seals, one in so many is verified. */
const SEALS_PER_SAMPLE = 8;
/** How long seals may gather for the thread, in ms, those for a report and others: as in rooms. */
const REPORTED_WITHIN_MS = 25;
const SAMPLED_WITHIN_MS = 500;
const TICK_MS = 1000 / ACTIONS_PER_SECOND;
const GAME_HASH = keccak256(utf8ToBytes(GAME));

export type RoomsOptions = {
  readonly players: readonly Player[];
  /** Verifies seals as a node's does. */
  readonly sealVerifier: Pick<SealVerifier, "verify">;
  readonly perRoom: number;
  /** Actions of each player. */
  readonly actionsEach: number;
  /** Tells the rooms of several runs on one chain apart. */
  readonly name: string;
};

class PlayedRoom {
  readonly journal: RoomJournal;
  readonly lanes: readonly PreparedLane[];
  /** Actions that aren't on disk: the index of their event, and when they were due. */
  readonly waiting: { readonly index: number; readonly dueMs: number }[] = [];
  ticks = 0;
  eventsOnDisk = 0;
  changed = Promise.withResolvers<void>();

  constructor(journal: RoomJournal, lanes: readonly PreparedLane[]) {
    this.journal = journal;
    this.lanes = lanes;
  }
}

/**
 * Rooms full of players who all act at the same rate, as their host would log it: a tick before each action of its players, a
 * seal for each second's actions, checkpoints. Frames and signatures are made beforehand, so that all that is left to do
 * is what the host does.
 */
export class PlayedRooms {
  /** Actions that were appended. */
  actions = 0;
  readonly totalActions: number;
  readonly #rooms: readonly PlayedRoom[];
  readonly #order: readonly { readonly room: PlayedRoom; readonly lane: number }[];
  readonly #frames: readonly Uint8Array[];
  readonly #sealVerifier: Pick<SealVerifier, "verify">;
  readonly #startMs = Date.now();
  /** Whose turn it is, in `#order`. */
  #turn = 0;
  /** Seals that have yet to be appended, or are being verified. */
  #seals = 0;
  #latencies: { readonly ms: number[]; readonly dueMs: (action: number) => number } | undefined;

  /** Takes the players into rooms, of which each gets `perRoom`, and signs for all that they will do. */
  constructor(chain: FastChainHost, options: RoomsOptions) {
    const { players, perRoom, actionsEach, name, sealVerifier } = options;
    this.#sealVerifier = sealVerifier;
    this.#frames = prepareFrames(actionsEach);
    const rooms: PlayedRoom[] = [];
    for (let from = 0; from < players.length; from += perRoom) {
      const room: Address = `0x${keccak256(utf8ToBytes(`${name} ${from}`)).slice(-40)}`;
      const journal = chain.createRoom({ room, name: room, game: GAME, gameHash: GAME_HASH });
      const lanes = players.slice(from, from + perRoom).map((player, lane) => {
        journal.append({ type: "join", lane, ...player.ticket() });
        const { head } = journal.record.lanes[lane] as { head: LaneHead };
        return prepareLane({ player, head, frames: this.#frames, phase: from + lane });
      });
      rooms.push(this.#follow(new PlayedRoom(journal, lanes)));
    }
    this.#rooms = rooms;
    this.#order = rooms.flatMap((room) => [...room.lanes.keys()].map((lane) => ({ room, lane })));
    this.totalActions = actionsEach * players.length;
  }

  /**
   * Appends the next action, and the tick before it where one is due.
   * @returns false when nobody can act: all have, or their seals wait for the disk
   * @throws FastChainError BLOCK_FULL; then the next call tries again
   */
  next(): boolean {
    for (let looked = 0; looked < this.#order.length; looked++) {
      const { room, lane } = this.#order[this.#turn] as { room: PlayedRoom; lane: number };
      const acts = this.#act(room, lane);
      this.#turn = (this.#turn + 1) % this.#order.length;
      if (acts) return true;
    }
    return false;
  }

  /** All actions are appended, and sealed. */
  get isDone(): boolean {
    return this.actions === this.totalActions && this.#seals === 0;
  }

  /** Resolves when everything that was appended is on disk. */
  async onDisk(): Promise<void> {
    for (const room of this.#rooms) {
      while (room.eventsOnDisk < room.journal.record.events) await room.changed.promise;
    }
  }

  /**
   * From now on it is noted how long actions take, from when they are due until they are on disk.
   * @param dueMs when the nth action is due, as `performance.now()` has it
   * @returns the list that grows, in ms
   */
  measureLatencies(dueMs: (action: number) => number): readonly number[] {
    this.#latencies ??= { ms: [], dueMs };
    return this.#latencies.ms;
  }

  /** Actions under a seal. The last one of each lane was verified, and covers them all. */
  sealedActions(): number {
    let sealed = 0;
    for (const { journal } of this.#rooms) {
      for (const lane of journal.record.lanes) sealed += lane.sealed.seq;
    }
    return sealed;
  }

  close(): void {
    for (const { journal } of this.#rooms) journal.append({ type: "close" });
  }

  #follow(room: PlayedRoom): PlayedRoom {
    room.journal.onSequenced(({ events }) => {
      room.eventsOnDisk = events;
      room.changed.resolve();
      room.changed = Promise.withResolvers();
      const nowMs = performance.now();
      const first = room.waiting.findIndex(({ index }) => index >= events);
      const durable = room.waiting.splice(0, first < 0 ? room.waiting.length : first);
      for (const { dueMs } of durable) this.#latencies?.ms.push(nowMs - dueMs);
    });
    return room;
  }

  #act(room: PlayedRoom, number: number): boolean {
    const { journal, waiting } = room;
    const lane = room.lanes[number] as PreparedLane;
    const bytes = this.#frames[lane.played];
    if (bytes === undefined || lane.isSealing) return false;
    if (room.ticks === lane.played) this.#tick(room);
    // A room keeps a copy of what arrives, and decodes it for its game.
    const frame = bytes.slice();
    decodeFrame(frame);
    const index = journal.append({ type: "frame", lane: number, frame });
    lane.played++;
    const action = this.actions++;
    if (this.#latencies) waiting.push({ index, dueMs: this.#latencies.dueMs(action) });
    const seal = lane.seals.get(lane.played);
    if (seal !== undefined) this.#seal(journal, number, { lane, seal });
    return true;
  }

  #tick(room: PlayedRoom): void {
    const nowMs = timestampMs(this.#startMs + Math.round(room.ticks * TICK_MS));
    room.journal.append({ type: "tick", nowMs });
    if (room.ticks % ACTIONS_PER_SECOND === 0) {
      room.journal.append({ type: "checkpoint", stateHash: GAME_HASH });
    }
    room.ticks++;
  }

  #seal(
    journal: RoomJournal,
    number: number,
    { lane, seal: { head, signature } }: { lane: PreparedLane; seal: PreparedSeal },
  ): void {
    const append = () => {
      try {
        journal.append({ type: "seal", lane: number, seq: head.seq, signature });
      } catch (error) {
        if (!isFull(error)) throw error;
        setImmediate(append);
        return;
      }
      lane.isSealing = false;
      this.#seals--;
      this.#verify(journal.record.lanes[number]?.sealed, lane);
    };
    lane.isSealing = true;
    this.#seals++;
    append();
  }

  /** As rooms do it: the first, one in so many after it, and the one that a report is over. */
  #verify(claim: SealClaim | undefined, lane: PreparedLane): void {
    const isLast = lane.played === this.#frames.length;
    if (claim === undefined || (lane.sealed++ % SEALS_PER_SAMPLE !== 0 && !isLast)) return;
    const { key } = lane;
    const withinMs = isLast ? REPORTED_WITHIN_MS : SAMPLED_WITHIN_MS;
    const isTaken = this.#sealVerifier.verify({ key, claim }, withinMs, (verdict) => {
      this.#seals--;
      if (verdict !== "holds") throw new Error(`a seal is ${verdict}`);
    });
    if (isTaken) this.#seals++;
    else if (isLast && !sealHolds({ key, claim })) throw new Error("a lane's last seal is false");
  }
}

/** The disk is behind: what comes has to wait. */
export function isFull(error: unknown): boolean {
  return error instanceof FastChainError && error.code === "BLOCK_FULL";
}
