import {
  ArraySchema,
  CollectionSchema,
  MapSchema,
  Schema,
  SetSchema,
  StreamSchema,
  TypeContext,
} from "@colyseus/schema";
import type { Value } from "@weft/protocol";
import { GameError } from "./errors.ts";
import { schemaFieldNames } from "./stateToValue.ts";

/** Levels of nesting, as in `stateToValue`: what can be hashed can be saved. */
const MAX_STATE_DEPTH = 14;

/** Numbers that are kept in one block of memory. */
export const typedArrays = [
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
] as const;
type TypedArray = InstanceType<(typeof typedArrays)[number]>;

/**
 * A game's state as a value that it can be made of again: beside what fields hold, which classes they are of
 * and which of them are one and the same object. Unlike `stateToValue` it is for this server's own disk, never to
 * be hashed: class numbers depend on the order in which classes were declared.
 *
 * Every object is `[kind, …]`; one that was there before is `["same", its number]`.
 * @throws GameError SNAPSHOT_UNSUPPORTED for objects of classes of the game's own: how to make them isn't known.
 */
export function stateToSnapshot(state: Schema): Value {
  return new StateWriter(state).write(state, "state", 0);
}

class StateWriter {
  readonly #types: TypeContext;
  /** Objects and their numbers, in the order in which they are written. */
  readonly #seen = new Map<object, number>();

  constructor(state: Schema) {
    this.#types = TypeContext.cache(state.constructor as typeof Schema);
  }

  write(value: unknown, path: string, depth: number): Value {
    switch (typeof value) {
      case "boolean":
      case "number":
      case "bigint":
        return value;
      case "string":
        return value.isWellFormed() ? value : ["utf16", ...codeUnits(value)];
      case "undefined":
        return ["undefined"];
      case "object": {
        if (value === null) return null;
        if (depth >= MAX_STATE_DEPTH) return unsupported(path, "nested too deep");
        const before = this.#seen.get(value);
        if (before !== undefined) return ["same", before];
        this.#seen.set(value, this.#seen.size);
        return this.#object(value, path, depth + 1);
      }
      default:
        return unsupported(path, `a ${typeof value}`);
    }
  }

  #object(value: object, path: string, depth: number): Value {
    if (value instanceof Schema) return this.#schema(value, path, depth);
    if (isTypedArray(value)) {
      const { buffer, byteOffset, byteLength } = value;
      return [value.constructor.name, new Uint8Array(buffer, byteOffset, byteLength)];
    }
    const items = (kind: string, list: Iterable<unknown>): Value => [
      kind,
      ...Array.from(list, (item, index) => this.write(item, `${path}[${index}]`, depth)),
    ];
    const entries = (kind: string, pairs: Iterable<[unknown, unknown]>): Value => [
      kind,
      ...this.#entries(pairs, path, depth),
    ];
    // Exactly these: a subclass could be more than its entries.
    switch (Object.getPrototypeOf(value)) {
      case MapSchema.prototype:
        return entries("MapSchema", (value as MapSchema).entries());
      case Map.prototype:
        return entries("Map", (value as Map<unknown, unknown>).entries());
      case ArraySchema.prototype:
        return items("ArraySchema", value as ArraySchema);
      case Array.prototype:
        return items("Array", value as unknown[]);
      case SetSchema.prototype:
        return items("SetSchema", (value as SetSchema).values());
      case CollectionSchema.prototype:
        return items("CollectionSchema", (value as CollectionSchema).values());
      case StreamSchema.prototype:
        return items("StreamSchema", (value as StreamSchema).values());
      case Set.prototype:
        return items("Set", value as Set<unknown>);
      case Object.prototype:
        return entries("object", Object.entries(value));
      default:
        return unsupported(path, `a ${value.constructor?.name ?? "nameless object"}`);
    }
  }

  #schema(schema: Schema, path: string, depth: number): Value {
    const type = this.#types.getTypeId(schema.constructor as typeof Schema);
    if (type === undefined) return unsupported(path, `a ${schema.constructor.name}`);
    const fields = schema as unknown as Record<string, unknown>;
    const names = schemaFieldNames(schema).filter((name) => fields[name] !== undefined);
    const pairs = names.map((name): [string, unknown] => [name, fields[name]]);
    return ["schema", type, ...this.#entries(pairs, path, depth)];
  }

  /** Key, value, key, value: lists of pairs would be twice as deep. */
  #entries(pairs: Iterable<[unknown, unknown]>, path: string, depth: number): Value[] {
    return Array.from(pairs, ([key, item]): Value[] => {
      const at = `${path}.${String(key)}`;
      return [this.write(key, at, depth), this.write(item, at, depth)];
    }).flat(1) as Value[];
  }
}

const isTypedArray = (value: object): value is TypedArray =>
  typedArrays.some((type) => value.constructor === type);

function unsupported(path: string, what: string): never {
  throw new GameError("SNAPSHOT_UNSUPPORTED", `${path}: ${what} can't be saved`, {
    details: { path },
  });
}

function* codeUnits(text: string): Generator<number> {
  for (let i = 0; i < text.length; i++) yield text.charCodeAt(i);
}
