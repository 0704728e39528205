import {
  ArraySchema,
  CollectionSchema,
  MapSchema,
  $numFields as numFields,
  Schema,
  SetSchema,
  StreamSchema,
} from "@colyseus/schema";
import type { Value } from "@weft/protocol";
import { GameError } from "./errors.ts";

/** Levels of nesting in a state; each takes two of a canonical value's. A cycle ends here too. */
const MAX_STATE_DEPTH = 14;

/**
 * A game's state as a canonical value: what its fields hold, never Colyseus's wire bytes, whose reference
 * numbers depend on what was allocated before.
 *
 * Maps, sets and objects keep the order in which their entries were inserted. Game code can iterate over
 * them and so can act on that order: two states that differ in it have different futures. It is the same
 * in every replay, since insertions are. The fields of a schema have no such order, so they go by name.
 *
 * Every value that isn't a scalar is a list with its kind in front, so that no two kinds look alike.
 * @throws GameError STATE_UNENCODABLE with the path of what has no encoding.
 */
export function stateToValue(state: unknown): Value {
  return toValue(state, "state", 0);
}

function unencodable(path: string, problem: string): never {
  throw new GameError("STATE_UNENCODABLE", `${path}: ${problem}`, { details: { path } });
}

function toValue(value: unknown, path: string, depth: number): Value {
  switch (typeof value) {
    case "boolean":
    case "number":
    case "bigint":
      return value;
    case "string":
      return value.isWellFormed() ? value : ["utf16", utf16(value)];
    case "undefined":
      return ["undefined"];
    case "object":
      if (value === null || value instanceof Uint8Array) return value;
      if (depth >= MAX_STATE_DEPTH) unencodable(path, `deeper than ${MAX_STATE_DEPTH}, or a cycle`);
      return objectToValue(value, path, depth + 1);
    default:
      return unencodable(path, `a ${typeof value} is no state`);
  }
}

/** Cutting text between code units leaves halves that UTF-8 can't hold; that must not stop a room. */
function utf16(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < text.length; i++) view.setUint16(i * 2, text.charCodeAt(i));
  return bytes;
}

function objectToValue(value: object, path: string, depth: number): Value {
  const list = (kind: string, items: Iterable<unknown>): Value => [
    kind,
    ...Array.from(items, (item, index) => toValue(item, `${path}[${index}]`, depth)),
  ];
  const pairs = (kind: string, entries: Iterable<[unknown, unknown]>): Value => [
    kind,
    ...Array.from(entries, ([key, item]): Value => {
      const at = `${path}.${String(key)}`;
      return [toValue(key, at, depth), toValue(item, at, depth)];
    }),
  ];
  if (value instanceof Schema) return ["schema", schemaFields(value, path, depth)];
  if (value instanceof MapSchema || value instanceof Map) return pairs("map", value.entries());
  if (value instanceof ArraySchema || Array.isArray(value)) return list("list", value);
  if (value instanceof SetSchema || value instanceof CollectionSchema) {
    return list("set", value.values());
  }
  if (value instanceof StreamSchema) return list("set", value.values());
  if (value instanceof Set) return list("set", value);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return list("list", value as unknown as Iterable<unknown>);
  }
  // Dates, weak maps, promises and the like keep what they hold where it can't be seen.
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    unencodable(path, `${Object.prototype.toString.call(value)} has no canonical encoding`);
  }
  return pairs("object", Object.entries(value));
}

/** Synchronized fields, and those that are not (`.noSync()`), which are the instance's own. */
export function schemaFieldNames(schema: Schema): string[] {
  const metadata = (schema.constructor as typeof Schema)[Symbol.metadata];
  const names = new Set(Object.keys(schema));
  // A schema without synchronized fields has no count of them.
  const last = metadata?.[numFields] ?? -1;
  for (let index = 0; index <= last; index++) {
    const field = metadata[index];
    // Reading a deprecated field may throw.
    if (field !== undefined && field.deprecated !== true) names.add(field.name);
  }
  return [...names];
}

function schemaFields(schema: Schema, path: string, depth: number): { [name: string]: Value } {
  const fields: { [name: string]: Value } = Object.create(null);
  for (const name of schemaFieldNames(schema)) {
    const value: unknown = (schema as unknown as Record<string, unknown>)[name];
    if (value !== undefined) fields[name] = toValue(value, `${path}.${name}`, depth);
  }
  return fields;
}
