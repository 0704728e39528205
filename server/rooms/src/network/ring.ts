/** Positions only ever grow, modulo 2^32, so that a full ring and an empty one differ. */
const WRITTEN = 0;
const READ = 1;
const HEAD_BYTES = 8;

/** Before each record: its kind and length in one word, the connection in another. */
const RECORD_HEAD_BYTES = 8;
const KIND_SHIFT = 24;
const MAX_LENGTH = 2 ** KIND_SHIFT - 1;
/** What is left at the end when a record doesn't fit there: records don't wrap around. */
const SKIP = 0;

/** What two threads share: a writer's memory and a reader's. */
export type RingMemory = SharedArrayBuffer;

/** @param capacity Bytes, a power of two. */
export function createRingMemory(capacity: number): RingMemory {
  if (!Number.isInteger(Math.log2(capacity))) throw new RangeError("a power of two");
  return new SharedArrayBuffer(HEAD_BYTES + capacity);
}

class Ring {
  protected readonly positions: Int32Array;
  protected readonly bytes: Uint8Array;
  protected readonly words: Uint32Array;
  protected readonly mask: number;

  constructor(memory: RingMemory) {
    const capacity = memory.byteLength - HEAD_BYTES;
    this.positions = new Int32Array(memory, 0, HEAD_BYTES / 4);
    this.bytes = new Uint8Array(memory, HEAD_BYTES);
    this.words = new Uint32Array(memory, HEAD_BYTES);
    this.mask = capacity - 1;
  }

  protected get capacity(): number {
    return this.mask + 1;
  }
}

/**
 * The writing end of a queue of bytes between two threads, one of which writes, the other reads: a message by way of a port costs
 * ten times as much as one that lies in memory that both see.
 */
export class RingWriter extends Ring {
  /** As far as this end has written; the other end sees it with `publish`. */
  #written: number;

  constructor(memory: RingMemory) {
    super(memory);
    this.#written = Atomics.load(this.positions, WRITTEN);
  }

  /** The longest record. Longer ones would leave too much unused at the end. */
  get maxLength(): number {
    return Math.min(MAX_LENGTH, this.capacity / 4 - RECORD_HEAD_BYTES);
  }

  /**
   * Makes room for a record, which is the writer's to fill before it publishes.
   * @param kind 1 to 255
   * @returns where its bytes begin in `memory`, or -1 while the ring is too full
   */
  reserve(kind: number, connection: number, length: number): number {
    const size = RECORD_HEAD_BYTES + aligned(length);
    let at = this.#written & this.mask;
    const untilEnd = this.capacity - at;
    const skipped = untilEnd < size ? untilEnd : 0;
    if (this.#used() + skipped + size > this.capacity) return -1;
    if (skipped > 0) {
      this.words[at >> 2] = (SKIP << KIND_SHIFT) | (skipped - 4);
      this.#written = (this.#written + skipped) | 0;
      at = 0;
    }
    this.words[at >> 2] = ((kind << KIND_SHIFT) | length) >>> 0;
    this.words[(at >> 2) + 1] = connection;
    this.#written = (this.#written + size) | 0;
    return at + RECORD_HEAD_BYTES;
  }

  /** Where reserved records are filled. */
  get memory(): Uint8Array {
    return this.bytes;
  }

  /** Lets the other end see what was reserved, which must be filled by now. */
  publish(): void {
    Atomics.store(this.positions, WRITTEN, this.#written);
  }

  /** @returns whether there was room for it */
  write(kind: number, connection: number, payload: Uint8Array): boolean {
    const at = this.reserve(kind, connection, payload.length);
    if (at < 0) return false;
    this.bytes.set(payload, at);
    this.publish();
    return true;
  }

  /** As far as was written: the other end has read it all when it `hasRead` this. */
  get position(): number {
    return this.#written;
  }

  hasRead(position: number): boolean {
    return ((Atomics.load(this.positions, READ) - position) | 0) >= 0;
  }

  #used(): number {
    return (this.#written - Atomics.load(this.positions, READ)) | 0;
  }
}

/** Of a record: its kind, its connection, and where its bytes are, which are the reader's until it returns. */
export type OnRecord = (
  kind: number,
  connection: number,
  memory: Uint8Array,
  start: number,
  end: number,
) => void;

/** The reading end. */
export class RingReader extends Ring {
  /** Reads the next record. @returns false when there is none. */
  read(onRecord: OnRecord): boolean {
    const read = Atomics.load(this.positions, READ);
    if (read === Atomics.load(this.positions, WRITTEN)) return false;
    const at = read & this.mask;
    const word = this.words[at >> 2] as number;
    const kind = word >>> KIND_SHIFT;
    const length = word & MAX_LENGTH;
    if (kind === SKIP) {
      Atomics.store(this.positions, READ, (read + length + 4) | 0);
      return this.read(onRecord);
    }
    const start = at + RECORD_HEAD_BYTES;
    try {
      onRecord(kind, this.words[(at >> 2) + 1] as number, this.bytes, start, start + length);
    } finally {
      Atomics.store(this.positions, READ, (read + RECORD_HEAD_BYTES + aligned(length)) | 0);
    }
    return true;
  }
}

/** Records begin at words. */
function aligned(length: number): number {
  return (length + 3) & ~3;
}
