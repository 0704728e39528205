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
import { type Database, type Key, open, type RootDatabase } from "lmdb";
import { LedgerError } from "./errors.ts";
import { checkPages, readSnapshots, visitTables } from "./pages/checkPages.ts";
import { PageDamage, PageFile } from "./pages/pageFile.ts";
import type { Entry } from "./pages/walkTree.ts";
import { decodePlace, keyBytes, unwrapBlock } from "./storedValues.ts";

type NumberKey = [chainId: number, number: number];

/** The three tables of a store on disk. */
export type LmdbFiles = {
  readonly root: RootDatabase;
  /** Height → `wrapBlock`. */
  readonly blocks: Database<Uint8Array, number>;
  /** Block hash → `encodePlace`. */
  readonly hashes: Database<Uint8Array, Uint8Array>;
  /** Chain id and chain number → `encodePlace`. */
  readonly numbers: Database<Uint8Array, NumberKey>;
};

export type OpenFilesOptions = {
  /** The store must be there; another process may be writing it. */
  readonly readOnly?: boolean;
  /** Checks an entry beyond what LMDB needs to hold. @throws PageDamage */
  readonly checkEntry?: (table: string, entry: Entry) => void;
};

export const dataFileOf = (dir: string): string => join(dir, "data.mdb");

/** @throws LedgerError STORE_OPEN_FAILED; STORE_CORRUPT with the page and what is wrong with it */
export function openLmdbFiles(dir: string, options: OpenFilesOptions = {}): LmdbFiles {
  const { readOnly = false, checkEntry = () => {} } = options;
  let root: RootDatabase | undefined;
  let file: PageFile | undefined;
  try {
    if (readOnly) assertExists(dataFileOf(dir));
    else mkdirSync(dir, { recursive: true });
    if (hasContent(dataFileOf(dir))) {
      file = new PageFile(dataFileOf(dir));
      readSnapshots(file);
    }
    root = openRoot(dir, readOnly);
    if (file !== undefined) checkUnderLmdb(root, file, checkEntry);
    return { root, ...openTables(root) };
  } catch (cause) {
    void root?.close();
    throw openFailure(dir, cause);
  } finally {
    file?.close();
  }
}

function openRoot(dir: string, readOnly: boolean): RootDatabase {
  return open({
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
}

function openTables(root: RootDatabase): Omit<LmdbFiles, "root"> {
  return {
    blocks: root.openDB<Uint8Array, number>({ name: "blocks", encoding: "binary" }),
    hashes: root.openDB<Uint8Array, Uint8Array>({ name: "hashes", encoding: "binary" }),
    numbers: root.openDB<Uint8Array, NumberKey>({ name: "numbers", encoding: "binary" }),
  };
}

/**
 * Looks at every page that LMDB may use, before it does: a damaged one would take the process down
 * (SIGSEGV, SIGBUS). An open transaction keeps another process from using pages again meanwhile.
 */
function checkUnderLmdb(
  root: RootDatabase,
  file: PageFile,
  checkEntry: (table: string, entry: Entry) => void,
): void {
  const transaction = root.useReadTransaction();
  try {
    checkPages(file, visitTables(checkEntry));
  } finally {
    transaction.done();
  }
}

function openFailure(dir: string, cause: unknown): LedgerError {
  if (cause instanceof LedgerError) return cause;
  if (cause instanceof PageDamage) {
    const { page, message } = cause;
    return new LedgerError("STORE_CORRUPT", `the block store in ${dir} is damaged: ${message}`, {
      details: { dir, page },
      cause,
    });
  }
  const message = `can't open a block store in ${dir}: ${(cause as Error).message}`;
  return new LedgerError("STORE_OPEN_FAILED", message, { details: { dir }, cause });
}

/** A file that isn't there or is empty becomes a new store. */
function hasContent(file: string): boolean {
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Opening would make an empty one. */
function assertExists(file: string): void {
  if (statSync(file).size === 0) throw new Error(`${file} is empty`);
}

/** @throws LedgerError STORE_CORRUPT when what is at `height` isn't a block of that height. */
export function readBlock(files: LmdbFiles, height: LedgerHeight): Block | undefined {
  const stored = files.blocks.get(height);
  return stored && decodeStored(stored, height);
}

/** @throws LedgerError STORE_CORRUPT */
export function decodeStored(stored: Uint8Array, height: number): Block {
  const encoded = unwrapBlock(stored);
  if (encoded === undefined) throw corrupt(height, "isn't what was stored");
  let block: Block;
  try {
    block = decodeBlock(encoded);
  } catch (cause) {
    throw corrupt(height, "isn't a block", cause);
  }
  if (block.header.height !== height) throw corrupt(height, "is a block of another height");
  return block;
}

export function readByHash(files: LmdbFiles, hash: Hash): Block | undefined {
  const key = hexToBytes(hash);
  const height = readPlace(files.hashes, key);
  if (height === undefined) return undefined;
  const block = readBlock(files, height);
  if (block?.hash !== hash) throw corrupt(height, "doesn't have the hash it is indexed under");
  return block;
}

export function readByNumber(
  files: LmdbFiles,
  chainId: ChainId,
  number: ChainNumber,
): Block | undefined {
  const height = readPlace(files.numbers, [chainId, number]);
  if (height === undefined) return undefined;
  const block = readBlock(files, height);
  if (block?.header.chainId !== chainId || block.header.number !== number) {
    throw corrupt(height, "doesn't have the chain number it is indexed under");
  }
  return block;
}

function readPlace<K extends Key>(
  table: Database<Uint8Array, K>,
  key: K,
): LedgerHeight | undefined {
  const place = table.get(key);
  return place && placeUnder(key, place);
}

/** @throws LedgerError STORE_CORRUPT */
export function placeUnder(key: Key, place: Uint8Array): LedgerHeight {
  const height = decodePlace(keyBytes(key), place);
  if (height !== undefined) return height as LedgerHeight;
  throw new LedgerError("STORE_CORRUPT", "an index entry isn't what was stored", {
    details: { key },
  });
}

export function corrupt(height: number, problem: string, cause?: unknown): LedgerError {
  return new LedgerError("STORE_CORRUPT", `the store's entry at height ${height} ${problem}`, {
    details: { height },
    cause,
  });
}
