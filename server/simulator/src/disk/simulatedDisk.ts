import type { SnapshotMachine, SnapshotWriter } from "@weft/fast-chain";
import { concatBytes } from "@weft/protocol";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";

type File = { synced: Uint8Array; unsynced: Uint8Array[] };

/** How long one operation takes, in ms. */
const MIN_LATENCY_MS = 0.05;
const MAX_LATENCY_MS = 3;

/**
 * Files as a careful reading of POSIX has them: what was written is there after a crash if it was synced, and a name if
 * its folder was. What wasn't may be there, in part, or not.
 */
export class SimulatedDisk {
  /** Odds that there is no room for a new file. */
  fullChance = 0;
  /** Names as the running process sees them, and as they are on the medium. */
  #live = new Map<string, File>();
  #durable = new Map<string, File>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The disk as one process has it, until that process ends. */
  machine(life: Lifetime): SnapshotMachine {
    const later = <T>(run: () => T): Promise<T> =>
      life.later(this.#random.between(MIN_LATENCY_MS, MAX_LATENCY_MS), run);
    return {
      monotonicMs: () => life.monotonicMs(),
      nextTurn: () => life.wait(0),
      create: (file) => later(() => this.#create(file, later)),
      rename: (from, to) => later(() => this.#rename(from, to)),
      syncFolder: (dir) => later(() => this.#syncFolder(dir)),
      remove: (path) => later(() => this.#remove(path)),
      readSync: (file, maxBytes) => this.#read(file, maxBytes),
      makeFolderSync: () => {},
      listSync: (dir) => this.#list(dir),
      removeSync: (path) => this.#remove(path),
    };
  }

  /** Power is gone: what nobody synced is a matter of luck. */
  crash(): void {
    for (const file of new Set([...this.#live.values(), ...this.#durable.values()])) {
      file.synced = this.#torn(file);
      file.unsynced = [];
    }
    const after = new Map<string, File>();
    for (const path of new Set([...this.#live.keys(), ...this.#durable.keys()])) {
      const [live, durable] = [this.#live.get(path), this.#durable.get(path)];
      const file = live === durable || this.#random.chance(0.5) ? live : durable;
      if (file !== undefined) after.set(path, { ...file });
    }
    this.#live = after;
    this.#durable = new Map(after);
  }

  /** A bit of one file changes by itself. @returns the file's name */
  rot(): string | undefined {
    const paths = [...this.#live.keys()];
    if (paths.length === 0) return undefined;
    const path = this.#random.pick(paths);
    const file = this.#live.get(path);
    if (file === undefined || file.synced.length === 0) return undefined;
    const bytes = Uint8Array.from(file.synced);
    const at = this.#random.int(0, bytes.length - 1);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << this.#random.int(0, 7));
    file.synced = bytes;
    return path;
  }

  #create(path: string, later: <T>(run: () => T) => Promise<T>): SnapshotWriter {
    if (this.#random.chance(this.fullChance)) throw new Error("ENOSPC: no space left on device");
    const file: File = { synced: new Uint8Array(), unsynced: [] };
    this.#live.set(path, file);
    return {
      write: (bytes) => later(() => void file.unsynced.push(Uint8Array.from(bytes))),
      sync: () =>
        later(() => {
          file.synced = concatBytes(file.synced, ...file.unsynced);
          file.unsynced = [];
        }),
      close: () => later(() => {}),
    };
  }

  #rename(from: string, to: string): void {
    const file = this.#live.get(from);
    if (file === undefined) throw new Error(`ENOENT: ${from}`);
    this.#live.delete(from);
    this.#live.set(to, file);
  }

  #syncFolder(dir: string): void {
    const isIn = (path: string) =>
      path.startsWith(`${dir}/`) && !path.slice(dir.length + 1).includes("/");
    for (const path of this.#durable.keys()) if (isIn(path)) this.#durable.delete(path);
    for (const [path, file] of this.#live) if (isIn(path)) this.#durable.set(path, file);
  }

  #remove(path: string): void {
    for (const name of this.#live.keys()) {
      if (name === path || name.startsWith(`${path}/`)) this.#live.delete(name);
    }
  }

  #read(path: string, maxBytes: number): Uint8Array {
    const file = this.#live.get(path);
    if (file === undefined) throw new Error(`ENOENT: ${path}`);
    const bytes = concatBytes(file.synced, ...file.unsynced);
    if (bytes.length > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    return bytes;
  }

  #list(dir: string): string[] {
    const names = new Set<string>();
    for (const path of this.#live.keys()) {
      if (path.startsWith(`${dir}/`)) names.add(path.slice(dir.length + 1).split("/")[0] as string);
    }
    return [...names].sort();
  }

  /** A beginning of what wasn't synced may have reached the medium, or something else in its place. */
  #torn({ synced, unsynced }: File): Uint8Array {
    const written = concatBytes(...unsynced);
    const kept = written.slice(0, this.#random.int(0, written.length));
    if (kept.length > 0 && this.#random.chance(0.3)) kept.fill(0, this.#random.int(0, kept.length));
    return concatBytes(synced, kept);
  }
}
