import { ArraySchema, MapSchema, Schema } from "@colyseus/schema";

/** A part of the state with numbers that change steadily: a ship, a ball. */
export type Entity = Schema & Record<string, unknown>;

export type FieldNames = { readonly linear: readonly string[]; readonly angles: readonly string[] };

/** Where entities are at the top of a state: on their own, or in a map or list of them. */
export type EntityField = {
  readonly name: string;
  readonly isCollection: boolean;
  readonly fields: FieldNames;
};

type Declared = { readonly name: string; readonly type: unknown };
type SchemaClass = abstract new () => Schema;

/** Declared fields of a class, in order. */
function declaredFields(of: SchemaClass): Declared[] {
  const metadata = (of as typeof Schema)[Symbol.metadata] as Record<number, Declared> | undefined;
  const fields: Declared[] = [];
  for (let index = 0; ; index++) {
    const field = metadata?.[index];
    if (field === undefined) return fields;
    fields.push(field);
  }
}

const isSchemaClass = (type: unknown): type is SchemaClass =>
  typeof type === "function" && type.prototype instanceof Schema;

const NOT_NUMBERS = new Set(["string", "boolean", "bigint64", "biguint64"]);

/** Those of the wanted names under which objects of the class have a number. */
function fieldsOf(of: SchemaClass, wanted: FieldNames): FieldNames {
  const numbers = new Set(
    declaredFields(of).flatMap(({ name, type }) =>
      typeof type === "string" && !NOT_NUMBERS.has(type) ? [name] : [],
    ),
  );
  const among = (names: readonly string[]) => names.filter((name) => numbers.has(name));
  return { linear: among(wanted.linear), angles: among(wanted.angles) };
}

export function fieldsOfEntity(entity: Entity, wanted: FieldNames): FieldNames {
  return fieldsOf(entity.constructor as SchemaClass, wanted);
}

/** Where the state's class has entities with any of these fields. */
export function entityFields(state: SchemaClass, wanted: FieldNames): EntityField[] {
  return declaredFields(state).flatMap(({ name, type }): EntityField[] => {
    const { map, array } = type as { map?: unknown; array?: unknown };
    const isCollection = !isSchemaClass(type);
    const of = isCollection ? (map ?? array) : type;
    if (!isSchemaClass(of)) return [];
    const fields = fieldsOf(of, wanted);
    return fields.linear.length + fields.angles.length > 0 ? [{ name, isCollection, fields }] : [];
  });
}

export function entitiesOf({ name, isCollection }: EntityField, state: Schema): Entity[] {
  const value = (state as Entity)[name];
  const all: unknown[] = isCollection
    ? [...((value as Iterable<unknown> & { values(): Iterable<unknown> })?.values() ?? [])]
    : [value];
  return all.filter((entity): entity is Entity => entity instanceof Schema);
}

/** Entities of a field in two states that are copies of each other, side by side. */
export function* pairsOf(
  { name, isCollection }: EntityField,
  from: Schema,
  to: Schema,
): Generator<[Entity, Entity]> {
  const source = (from as Entity)[name];
  const target = (to as Entity)[name];
  if (!isCollection) {
    if (source instanceof Schema && target instanceof Schema) {
      yield [source as Entity, target as Entity];
    }
  } else if (source instanceof MapSchema && target instanceof MapSchema) {
    for (const [key, entity] of source.entries() as IterableIterator<[string, Entity]>) {
      const other: unknown = target.get(key);
      if (other instanceof Schema) yield [entity, other as Entity];
    }
  } else if (source instanceof ArraySchema && target instanceof ArraySchema) {
    for (let index = 0; index < source.length; index++) {
      const [entity, other]: unknown[] = [source[index], target[index]];
      if (entity instanceof Schema && other instanceof Schema) {
        yield [entity as Entity, other as Entity];
      }
    }
  }
}

/** What the first map of a state that has this key holds under it, and the map's keys. */
export function findByKey(
  state: Schema,
  key: string,
): { entity: Entity; keys: readonly string[] } | undefined {
  for (const { name } of declaredFields(state.constructor as SchemaClass)) {
    const value = (state as Entity)[name];
    if (!(value instanceof MapSchema)) continue;
    const entity: unknown = value.get(key);
    if (entity instanceof Schema) return { entity: entity as Entity, keys: [...value.keys()] };
  }
  return undefined;
}
