const STRING = 0x80;
const LIST = 0xc0;
/** The longest payload whose length is in the header's first byte. */
const MAX_SHORT = 55;
/** What the header of a longer one begins with, less its count of length bytes. */
const LONG = 55;

const FIRST_SIZE = 4096;
/** A buffer that grew past this isn't kept. */
const MAX_KEPT = 1024 * 1024;

/**
 * Writes RLP from the end to the beginning: a header comes after what it is the header of, so that nothing has to be
 * measured first or copied into place. All that is hashed or stored is written through this, on the thread that serves
 * rooms.
 */
export class RlpWriter {
  #buffer = new Uint8Array(FIRST_SIZE);
  /** The first byte that is written. */
  #at = FIRST_SIZE;

  /** One writer is enough, unless something is encoded while something else is. */
  static #spare: RlpWriter | undefined = new RlpWriter();

  /** @param fill Writes the items, the last one first. */
  static write(fill: (writer: RlpWriter) => void): Uint8Array {
    const writer = RlpWriter.#spare ?? new RlpWriter();
    RlpWriter.#spare = undefined;
    try {
      fill(writer);
      return writer.#buffer.slice(writer.#at);
    } finally {
      writer.#at = writer.#buffer.length;
      if (writer.#at <= MAX_KEPT) RlpWriter.#spare = writer;
    }
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#buffer.length - this.#at;
  }

  /** Makes room for `count` bytes in front, without a header. @returns where they begin in `buffer` */
  reserve(count: number): number {
    if (count > this.#at) this.#grow(count);
    this.#at -= count;
    return this.#at;
  }

  /** Takes back what was reserved last. */
  release(count: number): void {
    this.#at += count;
  }

  /** Where to write what was reserved; until something more is. */
  get buffer(): Uint8Array {
    return this.#buffer;
  }

  byte(value: number): void {
    if (this.#at === 0) this.#grow(1);
    this.#buffer[--this.#at] = value;
  }

  /** A whole number, big-endian without leading zeros; nothing for 0. */
  uint(value: number): void {
    for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) this.byte(rest % 256);
  }

  raw(bytes: Uint8Array): void {
    const at = this.reserve(bytes.length);
    const { buffer } = this;
    // Most are a few bytes, for which calling `set` takes longer.
    if (bytes.length > 16) buffer.set(bytes, at);
    else for (let i = 0; i < bytes.length; i++) buffer[at + i] = bytes[i] as number;
  }

  /** A string with its header. */
  string(bytes: Uint8Array): void {
    this.raw(bytes);
    this.stringHeader(bytes.length);
  }

  /** A whole number as a string with its header. */
  uintString(value: number): void {
    if (value > 0 && value < STRING) {
      this.byte(value);
      return;
    }
    const before = this.length;
    this.uint(value);
    this.#header(STRING, this.length - before);
  }

  /** The header of a string, whose `length` bytes have just been written. */
  stringHeader(length: number): void {
    if (length === 1 && (this.#buffer[this.#at] as number) < STRING) return;
    this.#header(STRING, length);
  }

  /** The header of a list, whose items, `length` bytes, have just been written. */
  listHeader(length: number): void {
    this.#header(LIST, length);
  }

  #header(kind: number, length: number): void {
    if (length <= MAX_SHORT) {
      this.byte(kind + length);
      return;
    }
    const before = this.length;
    this.uint(length);
    this.byte(kind + LONG + (this.length - before));
  }

  #grow(count: number): void {
    const { length } = this;
    const grown = new Uint8Array(Math.max(this.#buffer.length * 2, length + count));
    grown.set(this.#buffer.subarray(this.#at), grown.length - length);
    this.#buffer = grown;
    this.#at = grown.length - length;
  }
}
