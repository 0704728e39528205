import {
  type Meta,
  PageDamage,
  type PageFile,
  readTree,
  TREE_BYTES,
  type Tree,
  u64,
} from "./pageFile.ts";
import { type Entry, PageSet, type Walk, walkTree } from "./walkTree.ts";

/** A commit that is written while both are read makes them seem not to fit. */
const MAX_META_READS = 1000;
/** In the tree of trees: the data is a tree's record. */
const SUB_TREE = 0x02;

export type Snapshot = { readonly slot: 0 | 1; readonly meta: Meta };

/**
 * The two newest commits, as the meta pages have them; the newest first.
 * @throws PageDamage
 */
export function readSnapshots(file: PageFile): readonly [Snapshot, Snapshot] {
  for (let tries = 0; ; tries++) {
    const [first, second] = [file.meta(0), file.meta(1)];
    const isStable = file.meta(0).transaction === first.transaction;
    if (!isStable && tries < MAX_META_READS) continue;
    const apart = first.transaction - second.transaction;
    if (Math.abs(apart) > 1)
      throw new PageDamage(apart > 0 ? 0 : 1, "is of a commit that can't be");
    const snapshots = [
      { slot: 0, meta: first },
      { slot: 1, meta: second },
    ] as const;
    return apart >= 0 ? snapshots : [snapshots[1], snapshots[0]];
  }
}

/** Goes through all that the newest commit holds; may throw PageDamage. */
type Visit = (walk: Omit<Walk, "onEntry">, main: Tree, slot: number) => void;

/** Visits every entry of every table. */
export function visitTables(onEntry: (table: string, entry: Entry) => void): Visit {
  return (walk, main, slot) => {
    for (const [table, { tree, page }] of readTables(walk, main, slot)) {
      const visit = plainOnly((entry) => onEntry(table, entry));
      walkTree({ ...walk, onEntry: visit }, tree, page);
    }
  };
}

/** Visits every entry of a file that isn't divided into tables. */
export function visitEntries(onEntry: (entry: Entry) => void): Visit {
  return (walk, main, slot) => walkTree({ ...walk, onEntry: plainOnly(onEntry) }, main, slot);
}

function plainOnly(onEntry: (entry: Entry) => void): (entry: Entry) => void {
  return (entry) => {
    if (entry.flags !== 0) throw new PageDamage(entry.page, "has an entry of another kind");
    onEntry(entry);
  };
}

/**
 * Goes through everything that LMDB relies on when it opens, reads and writes the file, and that would
 * take the process down, or lead it astray, if it weren't so.
 * @throws PageDamage, the first that is found
 */
export function checkPages(file: PageFile, visit: Visit): void {
  const [newest, older] = readSnapshots(file);
  for (const { meta, slot } of [newest, older]) checkMain(file, meta, slot);
  const { meta, slot } = newest;
  const walk = createWalk(file, meta);
  const free = new PageSet(meta.lastPage);
  walkTree({ ...walk, compareKeys: compareIntegers, onEntry: freeInto(free) }, meta.free, slot);
  visit(walk, meta.main, slot);
  for (let page = 2; page <= meta.lastPage; page++) {
    if (walk.reached.has(page) === free.has(page)) {
      throw new PageDamage(
        page,
        free.has(page) ? "is in use and free" : "is neither in use nor free",
      );
    }
  }
}

/** Every commit writes the root of the tree of trees: that says which commit a meta page is of. */
export function checkMain(file: PageFile, { main, transaction }: Meta, slot: number): void {
  if (main.root === undefined) return;
  const head = file.read(main.root, Buffer.alloc(16));
  if (u64(head, 8) !== transaction) throw new PageDamage(slot, "is of another commit than it says");
}

export function createWalk(
  file: PageFile,
  meta: Meta,
  onDamage: Walk["onDamage"] = (damage) => {
    throw damage;
  },
): Omit<Walk, "onEntry"> {
  const { transaction, lastPage } = meta;
  return { file, transaction, reached: new PageSet(lastPage), onDamage };
}

/** The tables by name, and the page that holds each one's record. */
export function readTables(
  walk: Omit<Walk, "onEntry">,
  main: Tree,
  slot: number,
): Map<string, { tree: Tree; page: number }> {
  const tables = new Map<string, { tree: Tree; page: number }>();
  const onEntry = ({ page, key, flags, value }: Entry): void => {
    const record = value();
    if (flags !== SUB_TREE || record.length !== TREE_BYTES)
      throw new PageDamage(page, "isn't of tables");
    const table = readTree(record, 0, page);
    if (table.padding !== 0 || table.flags !== 0) throw new PageDamage(page, "isn't of our tables");
    tables.set(key.toString("latin1").replace(/\0$/, ""), { tree: table.tree, page });
  };
  walkTree({ ...walk, onEntry }, main, slot);
  return tables;
}

/**
 * The pages that a record of the free list names: their count, then a page each, or the number of pages
 * negated, then the first of them; 0 for nothing.
 */
function freeInto(free: PageSet): (entry: Entry) => void {
  return ({ page, key, flags, value }) => {
    const list = value();
    const count = u64(list, 0);
    if (flags !== 0 || u64(key, 0) === 0 || count === undefined || 8 * (count + 1) > list.length) {
      throw new PageDamage(page, "isn't a free list");
    }
    for (let index = 1; index <= count; index++) {
      const item = list.readBigInt64LE(8 * index);
      if (item > 0n) free.add(Number(item));
      if (item >= 0n) continue;
      index++;
      if (index > count) throw new PageDamage(page, "isn't a free list");
      free.add(Number(list.readBigInt64LE(8 * index)), Number(-item));
    }
  };
}

/** The free list's keys are numbers of transactions. */
function compareIntegers(a: Buffer, b: Buffer): number {
  if (a.length !== 8 || b.length !== 8) return 1;
  const [left, right] = [a.readBigUInt64LE(), b.readBigUInt64LE()];
  return left < right ? -1 : left > right ? 1 : 0;
}
