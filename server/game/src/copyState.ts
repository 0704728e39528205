import {
  ArraySchema,
  CollectionSchema,
  MapSchema,
  $numFields as numFields,
  Schema,
  SetSchema,
  StreamSchema,
} from "@colyseus/schema";

type Fields = Record<string, unknown>;
type SchemaClass = new () => Schema;
type Items = SetSchema | CollectionSchema | StreamSchema;

/**
 * Makes `to` what `from` is, as far as clients know it: fields that are not synchronized get what a new object has in
 * them. What is in both stays the same object in `to`, so whoever holds on to one sees it change. Maps have the order
 * that they have in `from`.
 */
export function copyState<State extends Schema>(from: State, to: State): void {
  copySchema(from, to);
}

/** One object of each class as it is when new, for its fields that are not synchronized. */
const fresh = new WeakMap<
  SchemaClass,
  { readonly names: readonly string[]; readonly made: Schema }
>();

function unsynced(of: SchemaClass) {
  let known = fresh.get(of);
  if (known === undefined) {
    const made = new of();
    known = { names: Object.keys(made), made };
    fresh.set(of, known);
  }
  return known;
}

const names = new WeakMap<object, readonly string[]>();

function syncedNames(schema: Schema): readonly string[] {
  const metadata = (schema.constructor as typeof Schema)[Symbol.metadata];
  if (metadata === undefined) return [];
  let known = names.get(metadata);
  if (known === undefined) {
    const last = metadata[numFields] ?? -1;
    const fields = Array.from({ length: last + 1 }, (_, index) => metadata[index]);
    known = fields.flatMap((field) =>
      field === undefined || field.deprecated === true ? [] : [field.name],
    );
    names.set(metadata, known);
  }
  return known;
}

function copySchema(from: Schema, to: Schema): void {
  const source = from as unknown as Fields;
  const target = to as unknown as Fields;
  for (const name of syncedNames(from)) {
    const value = source[name];
    const before = target[name];
    if (typeof value !== "object" || value === null) {
      if (before !== value) target[name] = value;
      continue;
    }
    const after = copyValue(value, before);
    if (after !== before) target[name] = after;
  }
  const { names: own, made } = unsynced(to.constructor as SchemaClass);
  for (const name of own) {
    const value = (made as unknown as Fields)[name];
    // An object in there would be shared by all: what it was stays.
    if (typeof value !== "object" || value === null) target[name] = value;
  }
}

/** @returns `before`, changed, where it can be made like `value`; otherwise a new one. */
function copyValue(value: unknown, before: unknown): unknown {
  if (value instanceof Schema) {
    const isSame = before instanceof Schema && before.constructor === value.constructor;
    const to = isSame ? before : new (value.constructor as SchemaClass)();
    copySchema(value, to);
    return to;
  }
  if (value instanceof MapSchema) {
    const to = before instanceof MapSchema ? before : new MapSchema();
    copyMap(value, to);
    return to;
  }
  if (value instanceof ArraySchema) {
    const to = before instanceof ArraySchema ? before : new ArraySchema();
    copyArray(value, to);
    return to;
  }
  if (value instanceof SetSchema) return copyItems(value, before, new SetSchema());
  if (value instanceof CollectionSchema) return copyItems(value, before, new CollectionSchema());
  if (value instanceof StreamSchema) return copyItems(value, before, new StreamSchema());
  // Bytes and the like come whole from the wire.
  return value;
}

function copyMap(from: MapSchema, to: MapSchema): void {
  for (const key of [...to.keys()]) if (!from.has(key)) to.delete(key);
  const kept = [...to.keys()];
  const order = [...from.keys()];
  // Game code may act on the order; what is put in comes last.
  if (kept.some((key, index) => order[index] !== key)) to.clear();
  for (const [key, value] of from.entries()) {
    const before: unknown = to.get(key);
    const after = copyValue(value, before);
    if (after !== before) to.set(key, after);
  }
}

function copyArray(from: ArraySchema, to: ArraySchema): void {
  while (to.length > from.length) to.pop();
  for (let index = 0; index < from.length; index++) {
    if (index >= to.length) {
      to.push(copyValue(from[index], undefined));
      continue;
    }
    const before: unknown = to[index];
    const after = copyValue(from[index], before);
    if (after !== before) to[index] = after;
  }
}

/** Sets have no keys to tell their items by, so they are made anew when they differ. */
function copyItems(from: Items, before: unknown, made: Items): Items {
  const items = [...from.values()] as unknown[];
  if (before?.constructor === from.constructor) {
    const old = [...(before as Items).values()] as unknown[];
    const isAlike =
      old.length === items.length &&
      items.every((item, index) => copyValue(item, old[index]) === old[index]);
    if (isAlike) return before as Items;
  }
  for (const item of items) made.add(copyValue(item, undefined) as Schema);
  return made;
}
