import type { Address, LedgerHeight, RoomEvent, SealedLane, TimestampMs } from "@weft/protocol";
import { knownRoom, refuseUnknown } from "./room/applyRoomEvents.ts";
import { draftReport, fullySealedLanes, reportedLanes, unverifiedSeals } from "./room/round.ts";
import type { FastState } from "./state.ts";
import type { Lane, LaneSeal, ReportDraft, RoomJournal, RoomRecord, Round } from "./types.ts";

type Progress = { events: number; height: LedgerHeight };

/** What a journal needs of its chain. */
export type JournalChain = {
  readonly state: FastState;
  /** Applies the event and puts it into the next block. */
  append(room: Address, event: RoomEvent): number;
};

/** A room's log, open for its host to write. */
export class Journal implements RoomJournal {
  readonly room: Address;
  readonly #chain: JournalChain;
  readonly #listeners = new Set<(progress: Progress) => void>();

  constructor(room: Address, chain: JournalChain) {
    this.room = room;
    this.#chain = chain;
  }

  get record(): RoomRecord {
    return knownRoom(this.#chain.state, this.room);
  }

  get nowMs(): TimestampMs {
    const { state } = this.#chain;
    return state.clockMs(this.room) ?? refuseUnknown(this.room);
  }

  get round(): Round | undefined {
    return this.#beforePlay().round;
  }

  lane(number: number): Lane | undefined {
    this.#beforePlay();
    return this.#chain.state.lane(this.room, number);
  }

  #beforePlay(): RoomRecord {
    const { state } = this.#chain;
    return state.roomBeforePlay(this.room) ?? refuseUnknown(this.room);
  }

  append(event: RoomEvent): number {
    return this.#chain.append(this.room, event);
  }

  unverifiedSeals(): readonly LaneSeal[] {
    return unverifiedSeals(this.record);
  }

  draftReport(): ReportDraft {
    return draftReport(this.record);
  }

  reportedLanes(): readonly SealedLane[] {
    return reportedLanes(this.record);
  }

  fullySealedLanes(): readonly number[] {
    return fullySealedLanes(this.record);
  }

  onSequenced(listener: (progress: Progress) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The chain tells of a block that is on disk. */
  notifySequenced(progress: Progress): void {
    for (const listener of this.#listeners) listener(progress);
  }
}
