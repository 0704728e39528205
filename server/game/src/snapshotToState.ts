import {
  ArraySchema,
  CollectionSchema,
  MapSchema,
  type Schema,
  SetSchema,
  StreamSchema,
  TypeContext,
} from "@colyseus/schema";
import type { Value } from "@weft/protocol";
import { GameError } from "./errors.ts";
import { typedArrays } from "./stateToSnapshot.ts";
import { schemaFieldNames } from "./stateToValue.ts";

/**
 * Makes `state`, new and empty, what it was when `stateToSnapshot` was asked.
 * @throws GameError SNAPSHOT_INVALID, or whatever the state's classes throw, for what can't have been made of such
 * a state.
 */
export function snapshotToState(snapshot: Value, state: Schema): void {
  new StateReader(state).read(snapshot);
}

class StateReader {
  readonly #state: Schema;
  readonly #types: TypeContext;
  /** Objects by their numbers. */
  readonly #seen: object[] = [];

  constructor(state: Schema) {
    this.#state = state;
    this.#types = TypeContext.cache(state.constructor as typeof Schema);
  }

  read(value: Value): unknown {
    if (!Array.isArray(value)) return value;
    const [kind, ...rest] = value as Value[];
    switch (kind) {
      case "undefined":
        return undefined;
      case "utf16":
        return String.fromCharCode(...(rest as number[]));
      case "same":
        return this.#seen[rest[0] as number] ?? invalid("an object that isn't there");
      case "schema":
        return this.#schema(rest);
      case "object":
        return this.#plainObject(rest);
      default:
        return this.#collection(String(kind), rest);
    }
  }

  /** Noted before what is in it is read: numbers go by the order of writing. */
  #note<T extends object>(made: T): T {
    this.#seen.push(made);
    return made;
  }

  #schema([type, ...fields]: Value[]): Schema {
    // The first one is the state itself.
    const made = this.#seen.length === 0 ? this.#state : this.#createSchema(type);
    if (this.#types.getTypeId(made.constructor as typeof Schema) !== type) invalid("another class");
    this.#note(made);
    const target = made as unknown as Record<string, unknown>;
    const absent = new Set(schemaFieldNames(made).filter((name) => target[name] !== undefined));
    for (const [name, value] of pairsOf(fields)) {
      absent.delete(String(name));
      target[String(name)] = this.read(value);
    }
    for (const name of absent) target[name] = undefined;
    return made;
  }

  #createSchema(type: Value | undefined): Schema {
    const Class = this.#types.get(type as number) ?? invalid(`a class ${String(type)}`);
    return new Class();
  }

  #plainObject(rest: Value[]): object {
    const target = this.#note({});
    for (const [key, value] of pairsOf(rest)) {
      // Not by assignment: "__proto__" is a key like any other.
      const field = { enumerable: true, configurable: true, writable: true };
      Object.defineProperty(target, String(this.read(key)), { value: this.read(value), ...field });
    }
    return target;
  }

  #collection(kind: string, rest: Value[]): object {
    switch (kind) {
      case "MapSchema":
        return this.#fill(new MapSchema(), rest);
      case "Map":
        return this.#fill(new Map<unknown, unknown>(), rest);
      case "ArraySchema":
        return this.#push(new ArraySchema(), rest);
      case "Array":
        return this.#push<unknown[]>([], rest);
      case "SetSchema":
        return this.#add(new SetSchema(), rest);
      case "CollectionSchema":
        return this.#add(new CollectionSchema(), rest);
      case "StreamSchema":
        return this.#add(new StreamSchema(), rest);
      case "Set":
        return this.#add(new Set(), rest);
      default:
        return this.#note(typedArray(kind, rest[0]));
    }
  }

  #fill<T extends MapSchema | Map<unknown, unknown>>(map: T, rest: Value[]): T {
    this.#note(map);
    for (const [key, value] of pairsOf(rest)) map.set(this.read(key) as string, this.read(value));
    return map;
  }

  #push<T extends { push(item: unknown): unknown }>(list: T, rest: Value[]): T {
    this.#note(list);
    for (const item of rest) list.push(this.read(item));
    return list;
  }

  #add<T extends SetSchema | CollectionSchema | StreamSchema | Set<unknown>>(
    set: T,
    rest: Value[],
  ): T {
    this.#note(set);
    for (const item of rest) set.add(this.read(item) as Schema);
    return set;
  }
}

function* pairsOf(list: readonly Value[]): Generator<[Value, Value]> {
  for (let i = 0; i + 1 < list.length; i += 2) yield [list[i] as Value, list[i + 1] as Value];
}

function typedArray(kind: string, bytes: Value | undefined): object {
  const type = typedArrays.find(({ name }) => name === kind);
  if (type === undefined || !(bytes instanceof Uint8Array)) return invalid(`a kind ${kind}`);
  // Copied: the bytes are part of a larger buffer, where they may lie on any address.
  return new type(Uint8Array.from(bytes).buffer);
}

function invalid(what: string): never {
  throw new GameError("SNAPSHOT_INVALID", `the snapshot has ${what}`);
}
