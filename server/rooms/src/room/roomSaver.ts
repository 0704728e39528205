import type { Logger } from "@weft/node";
import type { Address, Hash, LedgerHeight } from "@weft/protocol";
import { codeOf } from "../errors.ts";
import { MAX_SNAPSHOT_BYTES } from "../limits.ts";
import type { RoomSnapshot, RoomSnapshots } from "./roomSnapshots.ts";

type Taken = Omit<RoomSnapshot, "height">;

export type RoomSaverOptions = {
  readonly snapshots: RoomSnapshots;
  readonly room: Address;
  readonly gameHash: Hash;
  readonly everyMs: number;
  readonly nowMs: () => number;
  readonly logger: Logger;
};

/**
 * Saves one room now and then: takes a snapshot at a checkpoint, holds it until that is on disk, since the snapshot is
 * of use with it only, and has it written while play goes on.
 */
export class RoomSaver {
  readonly #options: RoomSaverOptions;
  #dueMs: number;
  #taken: Taken | undefined;
  #writing: Promise<void> = Promise.resolve();
  #unsupported = false;

  constructor(options: RoomSaverOptions) {
    this.#options = options;
    this.#dueMs = options.nowMs() + options.everyMs;
  }

  /**
   * The log has a checkpoint.
   * @param events Events up to it, itself included.
   * @param force Whether it is due or not.
   */
  checkpoint(events: number, stateHash: Hash, take: () => Uint8Array, force = false): void {
    const { room, gameHash, everyMs, nowMs, logger } = this.#options;
    if (this.#unsupported || (!force && nowMs() < this.#dueMs)) return;
    this.#dueMs = nowMs() + everyMs;
    try {
      const bytes = take();
      if (bytes.length > MAX_SNAPSHOT_BYTES) throw new Error(`${bytes.length} bytes are too many`);
      this.#taken = { room, gameHash, events, stateHash, bytes };
    } catch (error) {
      this.#unsupported = true;
      const code = codeOf(error);
      logger.warn("a room can't be saved; after a restart all of its log is replayed", {
        ...{ room, code, error },
      });
    }
  }

  /** Events below `events` are on disk. */
  sequenced(events: number, height: LedgerHeight): void {
    const taken = this.#taken;
    if (taken === undefined || events < taken.events) return;
    this.#taken = undefined;
    this.#writing = this.#options.snapshots.write({ ...taken, height });
  }

  /** Resolves when nothing is being written. */
  get settled(): Promise<void> {
    return this.#writing;
  }
}
