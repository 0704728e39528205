import { ProtocolError } from "./errors.ts";

/** Below: a byte that is its own encoding. */
const STRING = 0x80;
/** Below: a string of up to 55 bytes, whose header is one byte. */
const LONG_STRING = 0xb8;
const LIST = 0xc0;
const LONG_LIST = 0xf8;
/** The longest payload whose length is in the header's first byte. */
const MAX_SHORT = 55;

/**
 * Reads canonical RLP from left to right, and copies nothing by itself. Every action of every player is read
 * through this, on the thread that serves rooms: it says where an item lies in fields instead of returning objects.
 */
export class RlpReader {
  readonly bytes: Uint8Array;
  /** What `next` found: its kind, and where its payload begins and ends. */
  isList = false;
  from = 0;
  to = 0;
  /** Where the next item begins, and where the list that is being read ends. */
  #at = 0;
  #end: number;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#end = bytes.length;
  }

  /** Whether the list that was entered, or at the top the bytes, goes on. */
  get hasMore(): boolean {
    return this.#at < this.#end;
  }

  /** Finds the next item, and goes past it. @throws ProtocolError RLP_MALFORMED */
  next(): void {
    const at = this.#at;
    if (at >= this.#end) malformed("an item is missing");
    const first = this.bytes[at] as number;
    this.isList = first >= LIST;
    if (first < STRING) {
      this.from = at;
      this.to = at + 1;
    } else if (first < LONG_STRING) {
      this.#short(at + 1, first - STRING);
    } else if (first < LIST) {
      this.#long(at + 1, first - LONG_STRING + 1);
    } else if (first < LONG_LIST) {
      this.#short(at + 1, first - LIST);
    } else {
      this.#long(at + 1, first - LONG_LIST + 1);
    }
    this.#at = this.to;
  }

  /** The same. @returns whether there is an item, and it is a string */
  nextString(): boolean {
    if (!this.hasMore) return false;
    this.next();
    return !this.isList;
  }

  /** What `next` found as a whole number below 2^32, or undefined when it isn't one's only encoding. */
  uint32(): number | undefined {
    const { bytes, from, to } = this;
    if (to - from > 4 || (from < to && bytes[from] === 0)) return undefined;
    let value = 0;
    for (let i = from; i < to; i++) value = value * 256 + (bytes[i] as number);
    return value;
  }

  #short(from: number, length: number): void {
    this.from = from;
    this.to = from + length;
    if (this.to > this.#end) malformed("an item is longer than what is left");
    if (length === 1 && !this.isList && (this.bytes[from] as number) < STRING) {
      malformed("a byte with a header that it doesn't need");
    }
  }

  #long(at: number, lengthBytes: number): void {
    const from = at + lengthBytes;
    if (from > this.#end) malformed("an item is longer than what is left");
    if (this.bytes[at] === 0) malformed("a length with leading zeros");
    let length = 0;
    for (let i = at; i < from; i++) length = length * 256 + (this.bytes[i] as number);
    if (length <= MAX_SHORT) malformed("a length that fits into one byte");
    this.from = from;
    this.to = from + length;
    if (this.to > this.#end) malformed("an item is longer than what is left");
  }

  /** Reads the items of the list that `next` found. @returns what `leave` wants */
  enter(): number {
    const outer = this.#end;
    this.#at = this.from;
    this.#end = this.to;
    return outer;
  }

  /** Goes on after the list, which has been read to its end. */
  leave(outer: number): void {
    this.#end = outer;
  }

  /** Reads items of their own, which lie there in the bytes. */
  within(from: number, to: number): void {
    this.#at = from;
    this.#end = to;
  }

  /** The payload of what `next` found. */
  copy(): Uint8Array {
    const { bytes, from, to } = this;
    const copy = new Uint8Array(to - from);
    // Most are a few bytes, for which calling `set` takes longer.
    if (copy.length > 16) copy.set(bytes.subarray(from, to));
    else for (let i = 0; i < copy.length; i++) copy[i] = bytes[from + i] as number;
    return copy;
  }

  /** @throws ProtocolError RLP_MALFORMED when there is more */
  finish(): void {
    if (this.hasMore) malformed("bytes after the end");
  }
}

function malformed(problem: string): never {
  throw new ProtocolError("RLP_MALFORMED", `not canonical RLP: ${problem}`);
}
