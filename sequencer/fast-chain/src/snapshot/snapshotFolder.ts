import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { LedgerHeight } from "@weft/protocol";
import { FastChainError } from "../errors.ts";
import { type SnapshotContent, type WriteOptions, writeSnapshotFile } from "./snapshotFile.ts";

/** So that names sort as heights do. */
const HEIGHT_DIGITS = 16;

export type SnapshotFolderOptions = {
  readonly dir: string;
  /** What the snapshots are of: names begin with it. Others in the same folder are left alone. */
  readonly name: string;
  /** So many are kept, the newest. */
  readonly keep: number;
};

export type StoredSnapshot = { readonly file: string; readonly height: LedgerHeight };

/** The snapshots of one thing: a file each, named by the ledger's height, bounded in number. */
export class SnapshotFolder {
  readonly #options: SnapshotFolderOptions;

  constructor(options: SnapshotFolderOptions) {
    this.#options = options;
  }

  /**
   * Before the first write: makes the folder, and clears away what a crash left half written, and the
   * snapshots above `headHeight`, of blocks that the ledger doesn't have any more.
   * @throws FastChainError SNAPSHOT_FAILED
   */
  prepare(headHeight: number): void {
    const { dir } = this.#options;
    try {
      mkdirSync(dir, { recursive: true });
      for (const file of this.#files(".snapshot.tmp")) rmSync(file);
      for (const { file, height } of this.list()) if (height > headHeight) rmSync(file);
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
    const file = `${name}-${String(height).padStart(HEIGHT_DIGITS, "0")}.snapshot`;
    const sizeBytes = await writeSnapshotFile(join(dir, file), content, options);
    for (const { file: old } of this.list().slice(keep)) await rm(old, { force: true });
    return sizeBytes;
  }

  /** In the order of their heights. */
  #files(extension: string): string[] {
    const { dir, name } = this.#options;
    if (!existsSync(dir)) return [];
    const isOurs = (file: string) =>
      file.startsWith(`${name}-`) &&
      file.endsWith(extension) &&
      /^\d+$/.test(file.slice(name.length + 1, -extension.length));
    return readdirSync(dir)
      .filter(isOurs)
      .sort()
      .map((file) => join(dir, file));
  }
}
