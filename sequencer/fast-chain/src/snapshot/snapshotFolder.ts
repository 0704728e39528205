import { join } from "node:path";
import type { LedgerHeight } from "@weft/protocol";
import { FastChainError } from "../errors.ts";
import { type SnapshotContent, type WriteOptions, writeSnapshotFile } from "./snapshotFile.ts";
import { type SnapshotMachine, thisMachine } from "./snapshotMachine.ts";

/** So that names sort as heights do. */
const HEIGHT_DIGITS = 16;

export type SnapshotFolderOptions = {
  readonly dir: string;
  /** What the snapshots are of: names begin with it. Others in the same folder are left alone. */
  readonly name: string;
  /** So many are kept, the newest. */
  readonly keep: number;
  /** Where the folder is. Default: here. */
  readonly machine?: SnapshotMachine;
};

export type StoredSnapshot = { readonly file: string; readonly height: LedgerHeight };

/** The snapshots of one thing: a file each, named by the ledger's height, bounded in number. */
export class SnapshotFolder {
  readonly #options: SnapshotFolderOptions;
  readonly #machine: SnapshotMachine;

  constructor(options: SnapshotFolderOptions) {
    this.#options = options;
    this.#machine = options.machine ?? thisMachine;
  }

  /**
   * Before the first write: makes the folder, and clears away what a crash left half written, and the
   * snapshots above `headHeight`, of blocks that the ledger doesn't have any more.
   * @throws FastChainError SNAPSHOT_FAILED
   */
  prepare(headHeight: number): void {
    const { dir } = this.#options;
    try {
      this.#machine.makeFolderSync(dir);
      for (const file of this.#files(".snapshot.tmp")) this.#machine.removeSync(file);
      for (const { file, height } of this.list())
        if (height > headHeight) this.#machine.removeSync(file);
    } catch (cause) {
      throw new FastChainError("SNAPSHOT_FAILED", `can't keep snapshots in ${dir}`, { cause });
    }
  }

  /** Newest first; nothing when there is no such folder. */
  list(): StoredSnapshot[] {
    const files = this.#files(".snapshot").toReversed();
    return files.map((file) => ({
      file,
      height: Number(file.match(/\d+(?=\.snapshot$)/)?.[0]) as LedgerHeight,
    }));
  }

  /**
   * Writes a snapshot, then removes what is beyond the number that is kept.
   * @returns its size in bytes
   * @throws FastChainError SNAPSHOT_FAILED
   */
  async write(
    height: LedgerHeight,
    content: SnapshotContent,
    options?: WriteOptions,
  ): Promise<number> {
    const { dir, name, keep } = this.#options;
    const machine = this.#machine;
    const file = `${name}-${String(height).padStart(HEIGHT_DIGITS, "0")}.snapshot`;
    const sizeBytes = await writeSnapshotFile(join(dir, file), content, { ...options, machine });
    for (const { file: old } of this.list().slice(keep)) await this.#machine.remove(old);
    return sizeBytes;
  }

  /** In the order of their heights. */
  #files(extension: string): string[] {
    const { dir, name } = this.#options;
    const isOurs = (file: string) =>
      file.startsWith(`${name}-`) &&
      file.endsWith(extension) &&
      /^\d+$/.test(file.slice(name.length + 1, -extension.length));
    return this.#machine
      .listSync(dir)
      .filter(isOurs)
      .sort()
      .map((file) => join(dir, file));
  }
}
