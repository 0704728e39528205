import { compareBytes } from "./bytes.ts";
import { bigintToBytes, bytesToBigint } from "./codec.ts";
import { ProtocolError } from "./errors.ts";
import { concatBytes, utf8ToBytes } from "./hash.ts";
import { type RlpItem, rlpDecode, rlpEncode } from "./rlp.ts";

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
  return rlpEncode(toItem(value, 0));
}

/** @throws ProtocolError RLP_MALFORMED, FIELD_INVALID or TOO_LARGE for bytes that `encodeValue` can't have made. */
export function decodeValue(bytes: Uint8Array, maxSizeBytes?: number): Value {
  return fromItem(rlpDecode(bytes, maxSizeBytes), 0);
}

const tagged = (tag: number, body: Uint8Array) => concatBytes(Uint8Array.of(tag), body);

function toItem(value: Value, depth: number): RlpItem {
  if (depth > MAX_VALUE_DEPTH) unencodable(`deeper than ${MAX_VALUE_DEPTH}`);
  if (value === null) return Uint8Array.of(Tag.null);
  switch (typeof value) {
    case "boolean":
      return Uint8Array.of(value ? Tag.true : Tag.false);
    case "number":
      return numberToItem(value);
    case "bigint":
      return value < 0n
        ? tagged(Tag.bigNegative, bigintToBytes(-1n - value))
        : tagged(Tag.bigUint, bigintToBytes(value));
    case "string":
      return tagged(Tag.text, textToBytes(value));
    case "object":
      return objectToItem(value, depth);
    default:
      return unencodable(`a ${typeof value}`);
  }
}

function numberToItem(value: number): Uint8Array {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    return value < 0
      ? tagged(Tag.negative, bigintToBytes(BigInt(-1 - value)))
      : tagged(Tag.uint, bigintToBytes(BigInt(value)));
  }
  const bytes = new Uint8Array(9);
  bytes[0] = Tag.float;
  new DataView(bytes.buffer).setFloat64(1, value);
  return bytes;
}

function textToBytes(value: string): Uint8Array {
  if (!value.isWellFormed()) unencodable("text with a lone surrogate");
  return utf8ToBytes(value);
}

function objectToItem(value: Exclude<Value, null | string>, depth: number): RlpItem {
  if (value instanceof Uint8Array) return tagged(Tag.bytes, value);
  if (Array.isArray(value)) {
    return [
      Uint8Array.of(Tag.array),
      ...Array.from(value as readonly Value[], (v) => toItem(v, depth + 1)),
    ];
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) unencodable("not a plain object");
  const entries = Object.entries(value as { [key: string]: Value | undefined })
    .filter((entry): entry is [string, Value] => entry[1] !== undefined)
    .map(([key, entry]) => [textToBytes(key), toItem(entry, depth + 1)] as const)
    .sort(([a], [b]) => compareBytes(a, b));
  return [Uint8Array.of(Tag.object), ...entries.flat()];
}

function fromItem(item: RlpItem, depth: number): Value {
  if (depth > MAX_VALUE_DEPTH) malformed(`deeper than ${MAX_VALUE_DEPTH}`);
  return item instanceof Uint8Array ? scalarFromBytes(item) : listFromItem(item, depth);
}

function scalarFromBytes(bytes: Uint8Array): Value {
  const body = bytes.subarray(1);
  switch (bytes[0]) {
    case Tag.null:
      return body.length === 0 ? null : malformed("null with a body");
    case Tag.false:
    case Tag.true:
      return body.length === 0 ? bytes[0] === Tag.true : malformed("a boolean with a body");
    case Tag.uint:
      return safeInteger(minimal(body));
    case Tag.negative:
      return safeInteger(-1n - minimal(body));
    case Tag.float:
      return floatFromBytes(body);
    case Tag.bigUint:
      return minimal(body);
    case Tag.bigNegative:
      return -1n - minimal(body);
    case Tag.text:
      return textFromBytes(body);
    case Tag.bytes:
      return Uint8Array.from(body);
    default:
      return malformed(`no such scalar: ${bytes[0]}`);
  }
}

function minimal(body: Uint8Array): bigint {
  return body[0] === 0 ? malformed("an integer with leading zeros") : bytesToBigint(body);
}

function safeInteger(value: bigint): number {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : malformed("a whole number past 2^53 - 1");
}

function floatFromBytes(body: Uint8Array): number {
  if (body.length !== 8) malformed("a number that isn't 8 bytes");
  const value = new DataView(body.buffer, body.byteOffset, 8).getFloat64(0);
  // One value, one encoding: whole numbers have a form of their own, and there is a single NaN.
  const same = numberToItem(value);
  if (same[0] !== Tag.float || body.some((byte, index) => byte !== same[index + 1])) {
    malformed("a number in a second encoding");
  }
  return value;
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function textFromBytes(body: Uint8Array): string {
  try {
    return strictUtf8.decode(body);
  } catch (cause) {
    throw new ProtocolError("FIELD_INVALID", "canonical value: not UTF-8", { cause });
  }
}

function listFromItem(item: RlpItem[], depth: number): Value {
  const [tag, ...rest] = item;
  if (!(tag instanceof Uint8Array) || tag.length !== 1) return malformed("a list without a tag");
  if (tag[0] === Tag.array) return rest.map((entry) => fromItem(entry, depth + 1));
  if (tag[0] !== Tag.object) return malformed(`no such list: ${tag[0]}`);
  if (rest.length % 2 !== 0) malformed("an object with a key and no value");
  const entries: [string, Value][] = [];
  let previous: Uint8Array | undefined;
  for (let i = 0; i < rest.length; i += 2) {
    const key = rest[i];
    if (!(key instanceof Uint8Array)) return malformed("a key that is a list");
    if (previous !== undefined && compareBytes(previous, key) >= 0) malformed("keys out of order");
    previous = key;
    entries.push([textFromBytes(key), fromItem(rest[i + 1] as RlpItem, depth + 1)]);
  }
  // fromEntries defines own properties, so a key such as "__proto__" can't reach a prototype.
  return Object.fromEntries(entries);
}
