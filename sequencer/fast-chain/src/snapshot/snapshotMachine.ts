import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";

/** A file that is being written, from its beginning on. */
export interface SnapshotWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written is on disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** What snapshots need of the machine they are on, so that a simulator can be one. */
export interface SnapshotMachine {
  /** Rises evenly whatever is done to the machine's clock; milliseconds. */
  monotonicMs(): number;
  /** Lets whatever else waits go first. */
  nextTurn(): Promise<unknown>;

  /** Makes a file, in place of the one that was there. */
  create(file: string): Promise<SnapshotWriter>;
  /** Gives a file another name, which takes it from the one that had it. On disk after `syncFolder`. */
  rename(from: string, to: string): Promise<void>;
  syncFolder(dir: string): Promise<void>;
  /** Removes a file, or a folder with all in it; nothing there is fine. */
  remove(path: string): Promise<void>;

  /** @throws when there is no such file, or it has more than `maxBytes` */
  readSync(file: string, maxBytes: number): Uint8Array;
  /** Makes a folder and those above it, unless they are there. */
  makeFolderSync(dir: string): void;
  /** Names of what is in a folder; none where there is no such folder. */
  listSync(dir: string): string[];
  /** As `remove`. */
  removeSync(path: string): void;
}

export const thisMachine: SnapshotMachine = {
  monotonicMs: () => performance.now(),
  nextTurn: () => nextTurn(),
  async create(file) {
    const handle = await open(file, "w");
    return {
      write: (bytes) => handle.writeFile(bytes),
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },
  rename: (from, to) => rename(from, to),
  async syncFolder(dir) {
    const handle = await open(dir, "r");
    await handle.sync().finally(() => handle.close());
  },
  remove: (path) => rm(path, { recursive: true, force: true }),
  readSync(file, maxBytes) {
    if (statSync(file).size > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    return readFileSync(file);
  },
  makeFolderSync: (dir) => void mkdirSync(dir, { recursive: true }),
  listSync: (dir) => (existsSync(dir) ? readdirSync(dir) : []),
  removeSync: (path) => rmSync(path, { recursive: true, force: true }),
};
