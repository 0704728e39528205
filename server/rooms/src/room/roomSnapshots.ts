import { join } from "node:path";
import {
  readSnapshotFile,
  SnapshotFolder,
  type SnapshotMachine,
  type SnapshotRecord,
  type StoredSnapshot,
  thisMachine,
} from "@weft/fast-chain";
import type { Logger } from "@weft/node";
import { type Address, assert, type Hash, type LedgerHeight } from "@weft/protocol";
import { z } from "zod";
import { codeOf } from "../errors.ts";
import { MAX_SNAPSHOT_WRITES, SNAPSHOTS_PER_ROOM } from "../limits.ts";

/** A room's game at a checkpoint of its log. */
export type RoomSnapshot = {
  readonly room: Address;
  readonly gameHash: Hash;
  /** Events of the room's log up to it; the newest of them is the checkpoint. */
  readonly events: number;
  /** What that checkpoint says. */
  readonly stateHash: Hash;
  /** The block that holds it. */
  readonly height: LedgerHeight;
  /** As `GameInstance.snapshot` made it. */
  readonly bytes: Uint8Array;
};

const KIND = "room";
/** Name of a room's files; its folder is named by its address. */
const NAME = "room";
const GAME_SECTION = 1;

const hex = <T>(length: number) =>
  z.custom<T>((text) => typeof text === "string" && text.length === 2 + 2 * length);
const headerSchema = z.object({
  kind: z.literal(KIND),
  room: hex<Address>(20),
  gameHash: hex<Hash>(32),
  events: z.int().positive(),
  stateHash: hex<Hash>(32),
  height: z
    .int()
    .nonnegative()
    .transform((height) => height as LedgerHeight),
});

/** The snapshots of all rooms of a server: a folder for each room, a few files in it. */
export class RoomSnapshots {
  readonly #dir: string;
  readonly #logger: Logger;
  readonly #machine: SnapshotMachine;
  /** Who waits for one of the places at the disk. */
  readonly #waiting: (() => void)[] = [];
  #places = MAX_SNAPSHOT_WRITES;
  /** The newest write of each room that has one under way. */
  readonly #writes = new Map<Address, Promise<void>>();

  constructor(dir: string, logger: Logger, machine: SnapshotMachine = thisMachine) {
    this.#dir = dir;
    this.#logger = logger;
    this.#machine = machine;
  }

  /** Before the first write: clears away rooms that are no more. */
  prepare(open: ReadonlySet<Address>, headHeight: LedgerHeight): void {
    for (const room of this.#rooms()) {
      if (!open.has(room)) this.#machine.removeSync(join(this.#dir, room));
    }
    for (const room of open) this.#folder(room).prepare(headHeight);
  }

  #rooms(): Address[] {
    try {
      return this.#machine.listSync(this.#dir) as Address[];
    } catch {
      return [];
    }
  }

  /** A room's snapshots that are whole, newest first, each read when it is asked for. */
  *load(room: Address): Generator<RoomSnapshot, void> {
    for (const stored of this.#folder(room).list()) {
      const snapshot = this.#read(stored);
      if (snapshot?.room === room) yield snapshot;
    }
  }

  #read({ file }: StoredSnapshot): RoomSnapshot | undefined {
    try {
      const content = readSnapshotFile(file, this.#machine);
      const header = headerSchema.parse(content.header);
      const game = [...content.records()].find(({ section }) => section === GAME_SECTION);
      assert(game !== undefined, "a room's snapshot has its game");
      return { ...header, bytes: game.bytes };
    } catch (error) {
      this.#logger.warn("a room's snapshot can't be used", { file, code: codeOf(error), error });
      return undefined;
    }
  }

  /** Writes one while play goes on. What goes wrong is logged: the room goes on without it. */
  write(snapshot: RoomSnapshot): Promise<void> {
    const { room } = snapshot;
    const before = this.#writes.get(room) ?? Promise.resolve();
    const written = before.then(() => this.#write(snapshot));
    this.#writes.set(room, written);
    return written.finally(() => {
      if (this.#writes.get(room) === written) this.#writes.delete(room);
    });
  }

  async #write({ bytes, ...header }: RoomSnapshot): Promise<void> {
    const records: SnapshotRecord[] = [{ section: GAME_SECTION, bytes }];
    await this.#place();
    try {
      const folder = this.#folder(header.room);
      folder.prepare(Infinity);
      await folder.write(header.height, { header: { kind: KIND, ...header }, records });
    } catch (error) {
      const { room } = header;
      this.#logger.warn("a room's snapshot can't be written", { room, code: codeOf(error), error });
    } finally {
      this.#places++;
      this.#waiting.shift()?.();
    }
  }

  async #place(): Promise<void> {
    if (this.#places <= 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#places--;
  }

  /** The room is closed. */
  async remove(room: Address): Promise<void> {
    await this.#writes.get(room);
    await this.#machine
      .remove(join(this.#dir, room))
      .catch((error: unknown) =>
        this.#logger.warn("a room's snapshots can't be removed", { room, error }),
      );
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await Promise.all(this.#writes.values());
  }

  #folder(room: Address): SnapshotFolder {
    return new SnapshotFolder({
      dir: join(this.#dir, room),
      name: NAME,
      keep: SNAPSHOTS_PER_ROOM,
      machine: this.#machine,
    });
  }
}
