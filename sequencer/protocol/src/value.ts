import { bigintToBytes, bytesToBigint } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { openRlp } from "./rlp.ts";
import type { RlpReader } from "./rlpReader.ts";
import { RlpWriter } from "./rlpWriter.ts";
import { decodeName, decodeUtf8, encodeUtf8, writeAscii } from "./utf8.ts";

/**
 * What game inputs, game states and results are made of. `undefined` entries of an object are left
 * out, as in JSON; integers and other numbers keep their exact value, -0 and NaN included.
 */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };

/** Deeper values are refused, so that no input can exhaust the stack. */
export const MAX_VALUE_DEPTH = 32;

/** First byte of a scalar's bytes, or of a list's first item. */
const Tag = {
  null: 0,
  false: 1,
  true: 2,
  /** Whole number n with 0 ≤ n < 2^53: n, big-endian, minimal. */
  uint: 3,
  /** Whole number n with -2^53 < n < 0: -1 - n. */
  negative: 4,
  /** Any other number: IEEE 754 binary64, big-endian, one NaN. */
  float: 5,
  bigUint: 6,
  bigNegative: 7,
  text: 8,
  bytes: 9,
  array: 10,
  object: 11,
} as const;

function malformed(problem: string): never {
  throw new ProtocolError("FIELD_INVALID", `canonical value: ${problem}`);
}

function unencodable(problem: string): never {
  throw new ProtocolError("VALUE_UNENCODABLE", `canonical value: ${problem}`);
}

/**
 * The one encoding of a value, which is what lanes, checkpoints and reports hash: RLP of tagged
 * bytes and lists, object keys in ascending order of their UTF-8 bytes.
 * @throws ProtocolError VALUE_UNENCODABLE
 */
export function encodeValue(value: Value): Uint8Array {
  return RlpWriter.write((writer) => writeValue(writer, value, 0));
}

/** @throws ProtocolError RLP_MALFORMED, FIELD_INVALID or TOO_LARGE for bytes that `encodeValue` can't have made. */
export function decodeValue(bytes: Uint8Array, maxSizeBytes?: number): Value {
  return readWholeValue(openRlp(bytes, maxSizeBytes));
}

/** The same from a reader that has the bytes before it. */
export function readWholeValue(reader: RlpReader): Value {
  const value = readValue(reader, 0);
  reader.finish();
  return value;
}

// Both ways go straight between values and bytes: every action's input is decoded, and every checkpoint encodes a room's
// whole state, on the thread that serves rooms.

function writeValue(writer: RlpWriter, value: Value, depth: number): void {
  if (depth > MAX_VALUE_DEPTH) unencodable(`deeper than ${MAX_VALUE_DEPTH}`);
  if (typeof value === "number") writeNumber(writer, value);
  else if (typeof value === "string") writeText(writer, value);
  else if (typeof value === "boolean") writer.byte(value ? Tag.true : Tag.false);
  else if (value === null) writer.byte(Tag.null);
  else if (typeof value === "bigint") writeBigint(writer, value);
  else if (typeof value !== "object") unencodable(`a ${typeof value}`);
  else if (value instanceof Uint8Array) writeTagged(writer, Tag.bytes, value);
  else writeList(writer, value, depth);
}

function writeTagged(writer: RlpWriter, tag: number, body: Uint8Array): void {
  writer.raw(body);
  writer.byte(tag);
  writer.stringHeader(1 + body.length);
}

function writeBigint(writer: RlpWriter, value: bigint): void {
  if (value < 0n) writeTagged(writer, Tag.bigNegative, bigintToBytes(-1n - value));
  else writeTagged(writer, Tag.bigUint, bigintToBytes(value));
}

function writeNumber(writer: RlpWriter, value: number): void {
  const before = writer.length;
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
    writeFloat(writer, value);
    writer.byte(Tag.float);
  } else if (value < 0) {
    writer.uint(-1 - value);
    writer.byte(Tag.negative);
  } else {
    writer.uint(value);
    writer.byte(Tag.uint);
  }
  writer.stringHeader(writer.length - before);
}

const FLOAT_BYTES = 8;
const float = new DataView(new ArrayBuffer(FLOAT_BYTES));

function writeFloat(writer: RlpWriter, value: number): void {
  // What a NaN's bits are is the platform's choice otherwise.
  if (Number.isNaN(value)) float.setBigUint64(0, NAN_BITS);
  else float.setFloat64(0, value);
  const at = writer.reserve(FLOAT_BYTES);
  for (let i = 0; i < FLOAT_BYTES; i++) writer.buffer[at + i] = float.getUint8(i);
}

/** The one NaN: quiet, without sign or payload. */
const NAN_BITS = 0x7ff8n << 48n;

function writeText(writer: RlpWriter, value: string): void {
  const length = writeUtf8(writer, value);
  writer.byte(Tag.text);
  writer.stringHeader(1 + length);
}

function writeKey(writer: RlpWriter, key: string): void {
  writer.stringHeader(writeUtf8(writer, key));
}

/** @returns how many bytes that took */
function writeUtf8(writer: RlpWriter, text: string): number {
  const at = writer.reserve(text.length);
  if (writeAscii(text, writer.buffer, at)) return text.length;
  if (!text.isWellFormed()) unencodable("text with a lone surrogate");
  writer.release(text.length);
  const bytes = encodeUtf8(text);
  writer.raw(bytes);
  return bytes.length;
}

type ListValue = readonly Value[] | { readonly [key: string]: Value | undefined };

function writeList(writer: RlpWriter, value: ListValue, depth: number): void {
  const before = writer.length;
  if (Array.isArray(value)) writeArray(writer, value, depth);
  else writeObject(writer, value as Exclude<ListValue, readonly Value[]>, depth);
  writer.listHeader(writer.length - before);
}

function writeArray(writer: RlpWriter, values: readonly Value[], depth: number): void {
  for (let i = values.length - 1; i >= 0; i--) writeValue(writer, values[i] as Value, depth + 1);
  writer.byte(Tag.array);
}

function writeObject(
  writer: RlpWriter,
  fields: { readonly [key: string]: Value | undefined },
  depth: number,
): void {
  const prototype: unknown = Object.getPrototypeOf(fields);
  if (prototype !== Object.prototype && prototype !== null) unencodable("not a plain object");
  const keys = Object.keys(fields);
  sortKeys(keys);
  for (let i = keys.length - 1; i >= 0; i--) {
    const key = keys[i] as string;
    const field = fields[key];
    if (field === undefined) continue;
    writeValue(writer, field, depth + 1);
    writeKey(writer, key);
  }
  writer.byte(Tag.object);
}

/** More keys than this are sorted sooner by the platform. */
const MAX_INSERTED_KEYS = 16;

/** In place: records have few fields, and the platform makes copies. */
function sortKeys(keys: string[]): void {
  if (keys.length > MAX_INSERTED_KEYS) {
    keys.sort(compareKeys);
    return;
  }
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] as string;
    let at = i;
    for (; at > 0 && compareKeys(keys[at - 1] as string, key) > 0; at--) {
      keys[at] = keys[at - 1] as string;
    }
    keys[at] = key;
  }
}

/** As their UTF-8 bytes are ordered, which is the order of code points. */
function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const [unitA, unitB] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

/** Half of a code point past U+FFFF comes after all that are whole, as it doesn't in UTF-16. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function readValue(reader: RlpReader, depth: number): Value {
  if (depth > MAX_VALUE_DEPTH) malformed(`deeper than ${MAX_VALUE_DEPTH}`);
  reader.next();
  return reader.isList ? readList(reader, depth) : readScalar(reader);
}

function readScalar({ bytes, from, to }: RlpReader): Value {
  if (from === to) return malformed("a scalar without a tag");
  const tag = bytes[from] as number;
  const start = from + 1;
  switch (tag) {
    case Tag.null:
      return start === to ? null : malformed("null with a body");
    case Tag.false:
    case Tag.true:
      return start === to ? tag === Tag.true : malformed("a boolean with a body");
    case Tag.uint:
      return readUint(bytes, start, to);
    case Tag.negative:
      return safeInteger(-1 - readUint(bytes, start, to));
    case Tag.float:
      return readFloat(bytes, start, to);
    case Tag.bigUint:
      return readBigUint(bytes.subarray(start, to));
    case Tag.bigNegative:
      return -1n - readBigUint(bytes.subarray(start, to));
    case Tag.text:
      return readText(bytes, start, to);
    case Tag.bytes:
      return new Uint8Array(bytes.subarray(start, to));
    default:
      return malformed(`no such scalar: ${tag}`);
  }
}

/** More bytes than these are no safe integer. */
const MAX_UINT_BYTES = 7;

function readUint(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > MAX_UINT_BYTES) malformed("a whole number past 2^53 - 1");
  if (from < to && bytes[from] === 0) malformed("an integer with leading zeros");
  let value = 0;
  for (let i = from; i < to; i++) value = value * 256 + (bytes[i] as number);
  return safeInteger(value);
}

function safeInteger(value: number): number {
  return Number.isSafeInteger(value) ? value : malformed("a whole number past 2^53 - 1");
}

function readBigUint(body: Uint8Array): bigint {
  return body[0] === 0 ? malformed("an integer with leading zeros") : bytesToBigint(body);
}

function readFloat(bytes: Uint8Array, from: number, to: number): number {
  if (to - from !== FLOAT_BYTES) malformed("a number that isn't 8 bytes");
  for (let i = 0; i < FLOAT_BYTES; i++) float.setUint8(i, bytes[from + i] as number);
  const value = float.getFloat64(0);
  // One value, one encoding: whole numbers have a form of their own, and there is a single NaN.
  const isWhole = Number.isSafeInteger(value) && !Object.is(value, -0);
  if (isWhole || (Number.isNaN(value) && float.getBigUint64(0) !== NAN_BITS)) {
    malformed("a number in a second encoding");
  }
  return value;
}

function readText(bytes: Uint8Array, from: number, to: number): string {
  try {
    return decodeUtf8(bytes, from, to);
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function readKey({ bytes, from, to }: RlpReader): string {
  try {
    return decodeName(bytes, from, to);
  } catch (cause) {
    throw notUtf8(cause);
  }
}

function notUtf8(cause: unknown): ProtocolError {
  return new ProtocolError("FIELD_INVALID", "canonical value: not UTF-8", { cause });
}

function readList(reader: RlpReader, depth: number): Value {
  const outer = reader.enter();
  if (!reader.hasMore) return malformed("a list without a tag");
  reader.next();
  if (reader.isList || reader.to - reader.from !== 1) return malformed("a list without a tag");
  const tag = reader.bytes[reader.from];
  if (tag !== Tag.array && tag !== Tag.object) return malformed(`no such list: ${tag}`);
  const value = tag === Tag.array ? readArray(reader, depth) : readObject(reader, depth);
  reader.leave(outer);
  return value;
}

function readArray(reader: RlpReader, depth: number): Value[] {
  const values: Value[] = [];
  while (reader.hasMore) values.push(readValue(reader, depth + 1));
  return values;
}

function readObject(reader: RlpReader, depth: number): { [key: string]: Value } {
  const fields: { [key: string]: Value } = {};
  let previous: string | undefined;
  while (reader.hasMore) {
    reader.next();
    if (reader.isList) return malformed("a key that is a list");
    const key = readKey(reader);
    if (previous !== undefined && compareKeys(previous, key) >= 0) {
      malformed("keys out of order");
    }
    previous = key;
    if (!reader.hasMore) return malformed("an object with a key and no value");
    setOwn(fields, key, readValue(reader, depth + 1));
  }
  return fields;
}

/** An own property, whatever its name: `__proto__` can't reach a prototype. */
function setOwn(fields: { [key: string]: Value }, key: string, value: Value): void {
  if (key !== "__proto__") fields[key] = value;
  else {
    Object.defineProperty(fields, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
}
