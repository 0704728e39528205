import { bytesToHex, type Hex, hexToBytes } from "./bytes.ts";
import { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
import { type RlpItem, rlpDecode, rlpEncode } from "./rlp.ts";
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";

/**
 * A two-way mapping between a type and RLP items. Every codec is canonical: one value, one item.
 * `path` names the field in errors, such as `header.height`.
 */
export interface Codec<T> {
  encode(value: T, path: string): RlpItem;
  decode(item: RlpItem, path: string): T;
}

/** The type that a codec is for. */
export type CodecType<C> = C extends Codec<infer T> ? T : never;

export function fail(code: ProtocolErrorCode, path: string, problem: string): never {
  throw new ProtocolError(code, `${path}: ${problem}`, { details: { path } });
}

export function encodeToBytes<T>(codec: Codec<T>, value: T, name: string): Uint8Array {
  return rlpEncode(codec.encode(value, name));
}

/** @throws ProtocolError for anything that `encodeToBytes` could not have made. */
export function decodeFromBytes<T>(
  codec: Codec<T>,
  bytes: Uint8Array,
  name: string,
  maxSizeBytes?: number,
): T {
  return codec.decode(rlpDecode(bytes, maxSizeBytes), name);
}

function asBytes(item: RlpItem, path: string): Uint8Array {
  return item instanceof Uint8Array ? item : fail("FIELD_INVALID", path, "a list, not bytes");
}

function asList(item: RlpItem, path: string): RlpItem[] {
  return Array.isArray(item) ? item : fail("FIELD_INVALID", path, "bytes, not a list");
}

/** Unsigned integer, big-endian without leading zeros; up to `maxBits` bits. */
export function bigUint(maxBits: number): Codec<bigint> {
  const limit = 1n << BigInt(maxBits);
  return {
    encode(value, path) {
      if (value < 0n || value >= limit) fail("FIELD_INVALID", path, `not a uint${maxBits}`);
      return bigintToBytes(value);
    },
    decode(item, path) {
      const bytes = asBytes(item, path);
      if (bytes[0] === 0) fail("FIELD_INVALID", path, "an integer with leading zeros");
      if (bytes.length * 8 > maxBits) fail("FIELD_INVALID", path, `not a uint${maxBits}`);
      return bytesToBigint(bytes);
    },
  };
}

/** Minimal big-endian bytes of a non-negative integer; none for 0. */
export function bigintToBytes(value: bigint): Uint8Array {
  if (value === 0n) return new Uint8Array();
  const hex = value.toString(16);
  return hexToBytes(`0x${hex.length % 2 === 0 ? hex : `0${hex}`}`);
}

export function bytesToBigint(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(bytesToHex(bytes));
}

/** Whole number from 0 to 2^53 - 1, or to `max`. */
export function uint<T extends number = number>(max: number = Number.MAX_SAFE_INTEGER): Codec<T> {
  return {
    encode(value, path) {
      if (!Number.isSafeInteger(value) || value < 0 || value > max) {
        fail("FIELD_INVALID", path, `not a whole number from 0 to ${max}`);
      }
      return uintToBytes(value);
    },
    decode(item, path) {
      const bytes = asBytes(item, path);
      if (bytes[0] === 0) fail("FIELD_INVALID", path, "an integer with leading zeros");
      if (bytes.length > 7) fail("FIELD_INVALID", path, "an integer past 2^53 - 1");
      let value = 0;
      for (const byte of bytes) value = value * 256 + byte;
      if (value > max) fail("FIELD_INVALID", path, `above ${max}`);
      return value as T;
    },
  };
}

function uintToBytes(value: number): Uint8Array {
  let length = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) length++;
  const bytes = new Uint8Array(length);
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes[--length] = rest % 256;
  return bytes;
}

/** Byte string of at most `maxBytes`. */
export function bytes(maxBytes: number): Codec<Uint8Array> {
  const check = (value: Uint8Array, path: string) =>
    value.length > maxBytes
      ? fail("TOO_LARGE", path, `${value.length} bytes, at most ${maxBytes} allowed`)
      : value;
  return {
    encode: check,
    decode: (item, path) => check(asBytes(item, path), path),
  };
}

/** Exactly `length` bytes. */
export function fixedBytes(length: number): Codec<Uint8Array> {
  const check = (value: Uint8Array, path: string) =>
    value.length === length
      ? value
      : fail("FIELD_INVALID", path, `${value.length} bytes, not ${length}`);
  return {
    encode: check,
    decode: (item, path) => check(asBytes(item, path), path),
  };
}

/** Exactly `length` bytes, as hexadecimal in memory. */
export function fixedHex(length: number): Codec<Hex> {
  const inner = fixedBytes(length);
  return {
    encode: (value, path) => inner.encode(hexToBytes(value), path),
    decode: (item, path) => bytesToHex(inner.decode(item, path)),
  };
}

export const address = fixedHex(20);
export const hash = fixedHex(32);

/** Well-formed Unicode text of at most `maxBytes` in UTF-8. */
export function text(maxBytes: number): Codec<string> {
  const inner = bytes(maxBytes);
  return {
    encode(value, path) {
      if (!value.isWellFormed()) fail("VALUE_UNENCODABLE", path, "text with a lone surrogate");
      return inner.encode(encodeUtf8(value), path);
    },
    decode(item, path) {
      const encoded = inner.decode(item, path);
      try {
        return decodeUtf8(encoded);
      } catch (cause) {
        throw new ProtocolError("FIELD_INVALID", `${path}: not UTF-8`, {
          details: { path },
          cause,
        });
      }
    },
  };
}

/** List of at most `maxCount` values. */
export function list<T>(of: Codec<T>, maxCount: number): Codec<readonly T[]> {
  const check = (count: number, path: string) => {
    if (count > maxCount) fail("TOO_LARGE", path, `${count} entries, at most ${maxCount} allowed`);
  };
  return {
    encode(values, path) {
      check(values.length, path);
      return values.map((value, index) => of.encode(value, `${path}[${index}]`));
    },
    decode(item, path) {
      const items = asList(item, path);
      check(items.length, path);
      return items.map((entry, index) => of.decode(entry, `${path}[${index}]`));
    },
  };
}

type Fields = Record<string, unknown>;
type FieldCodecs<T extends Fields> = { readonly [K in keyof T]-?: Codec<T[K]> };

/** Object with a fixed set of fields, as a list in the order in which `fields` names them. */
export function record<T extends Fields>(fields: FieldCodecs<T>): Codec<T> {
  const names = Object.keys(fields) as (keyof T & string)[];
  return {
    encode: (value, path) =>
      names.map((name) => fields[name].encode(value[name], `${path}.${name}`)),
    decode(item, path) {
      const items = asList(item, path);
      if (items.length !== names.length) {
        fail("FIELD_INVALID", path, `${items.length} fields, not ${names.length}`);
      }
      const value: Partial<T> = {};
      names.forEach((name, index) => {
        value[name] = fields[name].decode(items[index] as RlpItem, `${path}.${name}`);
      });
      return value as T;
    },
  };
}

type VariantOf<Cases> = {
  [K in keyof Cases & string]: Cases[K] extends { codec: Codec<infer T> }
    ? { readonly type: K } & Readonly<T>
    : never;
}[keyof Cases & string];

/**
 * One of several records, told apart by `type`. Encoded as the record's list with the case's number
 * in front, so a case may be added but its number is never given to another.
 */
export function variant<Cases extends Record<string, { tag: number; codec: Codec<unknown> }>>(
  cases: Cases,
): Codec<VariantOf<Cases>> {
  const tag = uint(255);
  const byTag = new Map(Object.entries(cases).map(([type, one]) => [one.tag, { type, ...one }]));
  return {
    encode(value, path) {
      const chosen = cases[value.type];
      if (chosen === undefined) fail("TYPE_UNKNOWN", path, `unknown type ${String(value.type)}`);
      const fields = chosen.codec.encode(value, path) as RlpItem[];
      return [tag.encode(chosen.tag, path), ...fields];
    },
    decode(item, path) {
      const [first, ...fields] = asList(item, path);
      if (first === undefined) fail("FIELD_INVALID", path, "an empty list, no type");
      const number = tag.decode(first, `${path}.type`);
      const chosen = byTag.get(number);
      if (chosen === undefined) fail("TYPE_UNKNOWN", path, `unknown type ${number}`);
      const decoded = chosen.codec.decode(fields, `${path}(${chosen.type})`) as object;
      return { type: chosen.type, ...decoded } as VariantOf<Cases>;
    },
  };
}
