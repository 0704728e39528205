import {
  PAGE_FLAGS_OFFSET,
  PAGE_HEAD_BYTES,
  PAGE_LOWER_OFFSET,
  PAGE_UPPER_OFFSET,
  PageDamage,
  type PageFile,
  type Tree,
  u64,
} from "./pageFile.ts";

const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
// A node: data size or child page, low to high (2 + 2 bytes), flags, or the child's top (2), key size (2), key, data.
const NODE_HEAD_BYTES = 8;
const NODE_FLAGS_OFFSET = 4;
const NODE_KEY_SIZE_OFFSET = 6;
/** The data is on overflow pages; the node says which. */
const BIG_DATA = 0x01;
const BIG_DATA_BYTES = 24;

/** An entry of a tree. Its bytes are good until the next one comes. */
export type Entry = {
  readonly page: number;
  readonly key: Buffer;
  readonly flags: number;
  /** Where in the file the value is. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** @throws PageDamage */
  value(): Buffer;
};

export type Walk = {
  readonly file: PageFile;
  /** Newest transaction that may have written a page. */
  readonly transaction: number;
  /** Every page that is reached is marked here; none may be reached twice. */
  readonly reached: PageSet;
  readonly compareKeys?: (a: Buffer, b: Buffer) => number;
  readonly onEntry: (entry: Entry) => void;
  /** What is wrong; when it returns, the walk goes on beside what is damaged. */
  readonly onDamage: (damage: PageDamage) => void;
};

/** A bit a page. */
export class PageSet {
  readonly #bits: Uint8Array;
  readonly lastPage: number;

  constructor(lastPage: number) {
    this.lastPage = lastPage;
    this.#bits = new Uint8Array((lastPage >> 3) + 1);
  }

  has(page: number): boolean {
    return ((this.#bits[page >> 3] ?? 0) & (1 << (page & 7))) !== 0;
  }

  /** @throws PageDamage for a page that can't be, or is in it */
  add(page: number, count = 1): void {
    if (page < 2 || page + count - 1 > this.lastPage) throw new PageDamage(page, "can't be a page");
    for (let each = page; each < page + count; each++) {
      if (this.has(each)) throw new PageDamage(each, "is used twice");
      this.#bits[each >> 3] = (this.#bits[each >> 3] as number) | (1 << (each & 7));
    }
  }
}

type Bounds = { readonly from: Buffer | undefined; readonly below: Buffer | undefined };
type Counts = { branchPages: number; leafPages: number; overflowPages: number; entries: number };

/**
 * Goes through a tree in the order of its keys, and checks on the way whatever LMDB takes for granted:
 * every page is of the tree and of its depth, every node within its page, every key within its bounds.
 */
export function walkTree(walk: Walk, tree: Tree, recordPage: number): void {
  const counts: Counts = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 };
  const walker = new Walker(walk, counts);
  if (tree.root !== undefined) {
    walker.guarded(() =>
      walker.visit(tree.root as number, tree.depth, { from: undefined, below: undefined }),
    );
  }
  for (const name of Object.keys(counts) as (keyof Counts)[]) {
    if (counts[name] === tree[name]) continue;
    walk.onDamage(
      new PageDamage(recordPage, `has a tree of ${tree[name]} ${name}, not ${counts[name]}`),
    );
    return;
  }
}

class Walker {
  readonly #walk: Walk;
  readonly #counts: Counts;
  readonly #fileBytes: number;
  /** One for each level: a page is in use while those below it are visited. */
  readonly #buffers: Buffer[] = [];

  constructor(walk: Walk, counts: Counts) {
    this.#walk = walk;
    this.#counts = counts;
    this.#fileBytes = walk.file.sizeBytes;
  }

  guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof PageDamage)) throw error;
      this.#walk.onDamage(error);
    }
  }

  visit(page: number, depth: number, bounds: Bounds): void {
    const { file, reached, transaction } = this.#walk;
    reached.add(page);
    this.#buffers[depth] ??= Buffer.alloc(file.pageBytes);
    const bytes = file.read(page, this.#buffers[depth]);
    const flags = bytes.readUInt16LE(PAGE_FLAGS_OFFSET);
    const written = u64(bytes, 8);
    if (u64(bytes, 0) !== page || flags !== (depth > 1 ? BRANCH : LEAF)) {
      throw new PageDamage(page, "isn't the page that belongs there");
    }
    if (written === undefined || written > transaction) {
      throw new PageDamage(page, "is of a transaction that never was");
    }
    const nodes = nodesOf(bytes, page, depth > 1);
    if (depth > 1) this.#visitBranch(page, bytes, nodes, depth, bounds);
    else this.#visitLeaf(page, bytes, nodes, bounds);
  }

  #visitBranch(
    page: number,
    bytes: Buffer,
    nodes: readonly number[],
    depth: number,
    { from, below }: Bounds,
  ): void {
    this.#counts.branchPages++;
    // The first child's key is of no meaning: it begins where the branch does.
    const keys = nodes.map((node, index) => (index === 0 ? from : keyOf(bytes, node)));
    this.#checkOrder(page, keys, below);
    nodes.forEach((node, index) => {
      const child =
        bytes.readUInt32LE(node) + bytes.readUInt16LE(node + NODE_FLAGS_OFFSET) * 2 ** 32;
      const bounds = { from: keys[index], below: keys[index + 1] ?? below };
      this.guarded(() => this.visit(child, depth - 1, bounds));
    });
  }

  #visitLeaf(page: number, bytes: Buffer, nodes: readonly number[], { from, below }: Bounds): void {
    this.#counts.leafPages++;
    const keys = nodes.map((node) => keyOf(bytes, node));
    const [first] = keys;
    if (from !== undefined && first !== undefined && this.#compare(first, from) < 0) {
      throw new PageDamage(page, "has keys that don't belong there");
    }
    this.#checkOrder(page, keys, below);
    nodes.forEach((node, index) => {
      this.#counts.entries++;
      const key = keys[index] as Buffer;
      const flags = bytes.readUInt16LE(node + NODE_FLAGS_OFFSET);
      const size = bytes.readUInt32LE(node);
      const start = node + NODE_HEAD_BYTES + key.length;
      this.guarded(() => {
        const isBig = (flags & BIG_DATA) !== 0;
        const first = isBig ? this.#reachBig(page, bytes, start, size) : page;
        const offset = first * bytes.length + (isBig ? PAGE_HEAD_BYTES : start);
        this.#walk.onEntry({
          ...{ page, key, flags: flags & ~BIG_DATA, offset, sizeBytes: size },
          value: () =>
            isBig
              ? this.#walk.file.readAt(offset, Buffer.alloc(size))
              : bytes.subarray(start, start + size),
        });
      });
    });
  }

  /** Data on pages of its own: number, transaction and count are in the node. @returns the first of them */
  #reachBig(page: number, bytes: Buffer, start: number, size: number): number {
    const { file, reached } = this.#walk;
    const first = u64(bytes, start);
    const count = u64(bytes, start + 16);
    if (first === undefined || count !== pagesOf(size, file.pageBytes)) {
      throw new PageDamage(page, "has an entry of impossible size");
    }
    reached.add(first, count);
    this.#counts.overflowPages += count;
    const head = file.read(first, Buffer.alloc(PAGE_HEAD_BYTES));
    const flags = head.readUInt16LE(PAGE_FLAGS_OFFSET);
    if (
      u64(head, 0) !== first ||
      flags !== OVERFLOW ||
      head.readUInt32LE(PAGE_LOWER_OFFSET) !== count
    ) {
      throw new PageDamage(first, "isn't the page that belongs there");
    }
    if ((first + count) * file.pageBytes > this.#fileBytes)
      throw new PageDamage(first, "is cut off");
    return first;
  }

  #checkOrder(
    page: number,
    keys: readonly (Buffer | undefined)[],
    below: Buffer | undefined,
  ): void {
    for (let index = 0; index < keys.length; index++) {
      const key = keys[index];
      const next = index + 1 < keys.length ? keys[index + 1] : below;
      if (key === undefined || next === undefined || this.#compare(key, next) < 0) continue;
      throw new PageDamage(page, "has keys out of order");
    }
  }

  #compare(a: Buffer, b: Buffer): number {
    const { compareKeys = Buffer.compare } = this.#walk;
    return compareKeys(a, b);
  }
}

const pagesOf = (size: number, pageBytes: number) =>
  Math.floor((PAGE_HEAD_BYTES - 1 + size) / pageBytes) + 1;

const keyOf = (bytes: Buffer, node: number) =>
  bytes.subarray(
    node + NODE_HEAD_BYTES,
    node + NODE_HEAD_BYTES + bytes.readUInt16LE(node + NODE_KEY_SIZE_OFFSET),
  );

/** Where a page's nodes begin, in the order of their keys; together they fill what isn't free. */
function nodesOf(bytes: Buffer, page: number, isBranch: boolean): number[] {
  const fail = (): never => {
    throw new PageDamage(page, "has nodes outside of it");
  };
  const lower = bytes.readUInt16LE(PAGE_LOWER_OFFSET);
  const upper = bytes.readUInt16LE(PAGE_UPPER_OFFSET);
  const end = bytes.length - PAGE_HEAD_BYTES;
  if (lower % 2 !== 0 || lower > upper || upper > end || lower === 0) fail();
  const nodes: number[] = [];
  let usedBytes = 0;
  for (let at = PAGE_HEAD_BYTES; at < PAGE_HEAD_BYTES + lower; at += 2) {
    const offset = bytes.readUInt16LE(at);
    const node = offset + PAGE_HEAD_BYTES;
    if (offset < upper || offset % 2 !== 0 || node + NODE_HEAD_BYTES > bytes.length) fail();
    const keyBytes = bytes.readUInt16LE(node + NODE_KEY_SIZE_OFFSET);
    const isBig = (bytes.readUInt16LE(node + NODE_FLAGS_OFFSET) & BIG_DATA) !== 0;
    const size = isBranch ? 0 : isBig ? BIG_DATA_BYTES : bytes.readUInt32LE(node);
    const nodeBytes = NODE_HEAD_BYTES + keyBytes + size;
    if (node + nodeBytes > bytes.length) fail();
    usedBytes += nodeBytes + (nodeBytes % 2);
    nodes.push(node);
  }
  if (usedBytes !== end - upper) fail();
  return nodes;
}
