import { closeSync, fstatSync, openSync, readSync } from "node:fs";

// Layout of an LMDB data file of version 2 (lmdb 3.5.6), little-endian: pages of one size; 0 and 1 are
// meta pages. A page: number (8 bytes), transaction (8), padding (2), flags (2), lower (2), upper (2).
export const PAGE_HEAD_BYTES = 24;
export const PAGE_FLAGS_OFFSET = 18;
export const PAGE_LOWER_OFFSET = 20;
export const PAGE_UPPER_OFFSET = 22;

const META_FLAG = 0x08;
/** `MDB_meta`, behind its page's head. */
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const META_OFFSETS = { magic: 24, version: 28, mapSize: 40, free: 48, main: 96, lastPage: 144 };
const TRANSACTION_OFFSET = 152;
const META_BYTES = 168;
/** `MDB_db`. The free list's padding is the page size, and its flags the environment's. */
export const TREE_BYTES = 48;
const INTEGER_KEYS = 0x08;

const MIN_PAGE_BYTES = 4096;
const MAX_PAGE_BYTES = 65_536;
/** LMDB's own bound. */
const MAX_DEPTH = 32;
/** Pages that were taken at the end, and freed before they were written: a commit's at most. */
const MAX_UNWRITTEN_PAGES = 2 ** 20;

/** A page that can't be what LMDB wrote. */
export class PageDamage extends Error {
  readonly page: number;

  constructor(page: number, problem: string) {
    super(`page ${page} ${problem}`);
    this.page = page;
  }
}

/** A tree as its record describes it. */
export type Tree = {
  /** Page of its root; undefined for an empty tree. */
  readonly root: number | undefined;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
};

/** What a meta page says of the commit that wrote it. */
export type Meta = {
  readonly transaction: number;
  readonly lastPage: number;
  readonly free: Tree;
  readonly main: Tree;
};

/** A data file, read without LMDB: no page of it can take the process down. */
export class PageFile {
  readonly #fd: number;
  readonly pageBytes: number;

  /** @throws PageDamage when neither meta page says how large a page is; errors of the file system */
  constructor(file: string) {
    this.#fd = openSync(file, "r");
    try {
      this.pageBytes = this.#findPageSize();
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  get sizeBytes(): number {
    return fstatSync(this.#fd).size;
  }

  /** Whether any page is left of a transaction after that one, committed or not. */
  hasPagesAfter(transaction: number): boolean {
    const head = Buffer.alloc(16);
    const pages = Math.floor(this.sizeBytes / this.pageBytes);
    for (let page = 2; page < pages; page++) {
      this.read(page, head);
      if (u64(head, 0) === page && (u64(head, 8) ?? 0) > transaction) return true;
    }
    return false;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Reads the beginning of a page into a buffer, or as much as the buffer takes. @throws PageDamage */
  read(page: number, into: Buffer): Buffer {
    return this.readAt(page * this.pageBytes, into);
  }

  /** Fills the buffer from somewhere in the file. @throws PageDamage */
  readAt(offset: number, into: Buffer): Buffer {
    const count = readSync(this.#fd, into, 0, into.length, offset);
    if (count < into.length) {
      throw new PageDamage(Math.floor(offset / this.pageBytes), "is cut off");
    }
    return into;
  }

  /** @throws PageDamage */
  meta(slot: 0 | 1): Meta {
    const page = this.read(slot, Buffer.alloc(META_BYTES));
    const fail = (problem: string): never => {
      throw new PageDamage(slot, problem);
    };
    if (u64(page, 0) !== slot || page.readUInt16LE(PAGE_FLAGS_OFFSET) !== META_FLAG) {
      fail("isn't a meta page");
    }
    if (!isMeta(page)) fail("isn't a meta page of a store");
    const free = readTree(page, META_OFFSETS.free, slot);
    const main = readTree(page, META_OFFSETS.main, slot);
    if (free.padding !== this.pageBytes || main.padding !== 0) fail("has another page size");
    if (free.flags !== INTEGER_KEYS || main.flags !== 0) fail("has flags that no store has");
    const lastPage = u64(page, META_OFFSETS.lastPage);
    const transaction = u64(page, TRANSACTION_OFFSET);
    const mapSize = u64(page, META_OFFSETS.mapSize);
    if (mapSize === undefined || mapSize % this.pageBytes !== 0) fail("has no sound map size");
    const pages = this.sizeBytes / this.pageBytes;
    if (lastPage === undefined || lastPage < 1 || lastPage > pages + MAX_UNWRITTEN_PAGES) {
      return fail("has no sound last page");
    }
    if ((mapSize ?? 0) < (lastPage + 1) * this.pageBytes) fail("has a map smaller than the store");
    // Transaction N writes meta page N % 2.
    if (transaction === undefined || (transaction > 0 && transaction % 2 !== slot)) {
      return fail("is of a transaction that doesn't write it");
    }
    return { transaction, lastPage, free: free.tree, main: main.tree };
  }

  #findPageSize(): number {
    const first = Buffer.alloc(META_BYTES);
    readSync(this.#fd, first, 0, META_BYTES, 0);
    const claimed = first.readUInt32LE(META_OFFSETS.free);
    if (isMeta(first) && isPageSize(claimed)) return claimed;
    // The first one is damaged; the second tells by where it is.
    for (let size = MIN_PAGE_BYTES; size <= MAX_PAGE_BYTES; size *= 2) {
      const second = Buffer.alloc(META_BYTES);
      readSync(this.#fd, second, 0, META_BYTES, size);
      if (isMeta(second) && second.readUInt32LE(META_OFFSETS.free) === size) return size;
    }
    throw new PageDamage(0, "isn't a block store's");
  }
}

const isPageSize = (size: number) =>
  size >= MIN_PAGE_BYTES && size <= MAX_PAGE_BYTES && (size & (size - 1)) === 0;

const isMeta = (page: Buffer) =>
  page.readUInt32LE(META_OFFSETS.magic) === MAGIC &&
  page.readUInt32LE(META_OFFSETS.version) === VERSION;

/** @returns undefined for what is no number of anything in a file */
export function u64(bytes: Buffer, offset: number): number | undefined {
  const high = bytes.readUInt32LE(offset + 4);
  return high < 2 ** 20 ? high * 2 ** 32 + bytes.readUInt32LE(offset) : undefined;
}

/** @throws PageDamage, of the page that the record is in */
export function readTree(
  bytes: Buffer,
  offset: number,
  page: number,
): { tree: Tree; padding: number; flags: number } {
  const field = (index: number): number => {
    const value = u64(bytes, offset + 8 + 8 * index);
    if (value === undefined) throw new PageDamage(page, "has a tree of impossible size");
    return value;
  };
  const depth = bytes.readUInt16LE(offset + 6);
  const isEmpty = bytes.readBigUInt64LE(offset + 40) === 0xffff_ffff_ffff_ffffn;
  if (depth > MAX_DEPTH || isEmpty !== (depth === 0)) {
    throw new PageDamage(page, "has a tree of impossible depth");
  }
  const tree: Tree = {
    root: isEmpty ? undefined : field(4),
    depth,
    branchPages: field(0),
    leafPages: field(1),
    overflowPages: field(2),
    entries: field(3),
  };
  return { tree, padding: bytes.readUInt32LE(offset), flags: bytes.readUInt16LE(offset + 4) };
}
