import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  type Block,
  type ChainId,
  type ChainNumber,
  decodeBlock,
  type Hash,
  hexToBytes,
  type LedgerHeight,
} from "@weft/protocol";
import { type Database, open, type RootDatabase } from "lmdb";
import { checkDataFile } from "./checkDataFile.ts";
import { LedgerError } from "./errors.ts";

type NumberKey = [chainId: number, number: number];

/** The three tables of a store on disk. */
export type LmdbFiles = {
  readonly root: RootDatabase;
  /** Height → `encodeBlock`. */
  readonly blocks: Database<Uint8Array, number>;
  /** Block hash → height. */
  readonly hashes: Database<number, Uint8Array>;
  /** Chain id and chain number → height. */
  readonly numbers: Database<number, NumberKey>;
};

/**
 * @param options.readOnly the store must be there; another process may be writing it.
 * @throws LedgerError STORE_OPEN_FAILED, STORE_CORRUPT
 */
export function openLmdbFiles(dir: string, { readOnly = false } = {}): LmdbFiles {
  let root: RootDatabase | undefined;
  try {
    if (readOnly) assertExists(join(dir, "data.mdb"));
    else mkdirSync(dir, { recursive: true });
    checkDataFile(join(dir, "data.mdb"));
    root = open({
      path: dir,
      readOnly,
      // else a directory with a dot in its name would be taken for a file
      noSubdir: false,
      maxDbs: 3,
      // A commit's promise then resolves when fsync has returned, and rejects when it has failed. With
      // overlapping syncs (lmdb's default) it resolves before that, and a failed sync is told to nobody.
      overlappingSync: false,
      // Each commit is one explicit batch already. lmdb's own batch around it (its default) has a promise
      // that nobody can hold: when the disk fails, its rejection would take the process down.
      eventTurnBatching: false,
    });
    assertNotTruncated(root, dir);
    return {
      root,
      blocks: root.openDB<Uint8Array, number>({ name: "blocks", encoding: "binary" }),
      hashes: root.openDB<number, Uint8Array>({ name: "hashes", encoding: "ordered-binary" }),
      numbers: root.openDB<number, NumberKey>({ name: "numbers", encoding: "ordered-binary" }),
    };
  } catch (cause) {
    void root?.close();
    if (cause instanceof LedgerError) throw cause;
    throw new LedgerError("STORE_OPEN_FAILED", `can't open a block store in ${dir}`, {
      details: { dir },
      cause,
    });
  }
}

/** Opening would make an empty one. */
function assertExists(file: string): void {
  if (statSync(file).size === 0) throw new Error(`${file} is empty`);
}

/** Reading a page past the file's end would kill the process (SIGBUS), so look before. */
function assertNotTruncated(root: RootDatabase, dir: string): void {
  const { lastPageNumber, pageSize } = root.getStats() as {
    lastPageNumber: number;
    pageSize: number;
  };
  const { size } = statSync(join(dir, "data.mdb"));
  const expectedBytes = (lastPageNumber + 1) * pageSize;
  if (size < expectedBytes) {
    throw new LedgerError("STORE_CORRUPT", `the block store in ${dir} is cut off`, {
      details: { dir, sizeBytes: size, expectedBytes },
    });
  }
}

/** @throws LedgerError STORE_CORRUPT when what is at `height` isn't a block of that height. */
export function readBlock(files: LmdbFiles, height: LedgerHeight): Block | undefined {
  const stored = files.blocks.get(height);
  if (stored === undefined) return undefined;
  let block: Block;
  try {
    // Not a Buffer: its slices share memory, and it wouldn't equal what was appended.
    block = decodeBlock(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength));
  } catch (cause) {
    throw corrupt(height, "isn't a block", cause);
  }
  if (block.header.height !== height) throw corrupt(height, "is a block of another height");
  return block;
}

export function readByHash(files: LmdbFiles, hash: Hash): Block | undefined {
  const height = files.hashes.get(hexToBytes(hash));
  if (height === undefined) return undefined;
  const block = readBlock(files, height as LedgerHeight);
  if (block?.hash !== hash) throw corrupt(height, "doesn't have the hash it is indexed under");
  return block;
}

export function readByNumber(
  files: LmdbFiles,
  chainId: ChainId,
  number: ChainNumber,
): Block | undefined {
  const height = files.numbers.get([chainId, number]);
  if (height === undefined) return undefined;
  const block = readBlock(files, height as LedgerHeight);
  if (block?.header.chainId !== chainId || block.header.number !== number) {
    throw corrupt(height, "doesn't have the chain number it is indexed under");
  }
  return block;
}

export function corrupt(height: number, problem: string, cause?: unknown): LedgerError {
  return new LedgerError("STORE_CORRUPT", `the store's entry at height ${height} ${problem}`, {
    details: { height },
    cause,
  });
}
