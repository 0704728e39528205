import { Decoder, Encoder, MapSchema, type SchemaType, schema, t } from "@colyseus/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { copyState } from "./copyState.ts";
import { createStateCopy } from "./createStateCopy.ts";
import { stateToValue } from "./stateToValue.ts";

const Crew = schema({ name: t.string().default("") }, "CopyCrew");
const Boat = schema(
  {
    x: t.int16().default(0),
    crew: t.array(Crew),
    tags: t.set("string"),
    flag: t.ref(Crew).optional(),
    plan: t.uint8().noSync().default(9),
  },
  "CopyBoat",
);
const Sea = schema(
  {
    boats: t.map(Boat),
    depths: t.array("number"),
    wind: t.number().default(0),
    next: t.uint32().noSync().default(3),
  },
  "CopySea",
);
type Sea = SchemaType<typeof Sea>;

/** What a client has of a state. */
function decoded(state: Sea): Sea {
  const decoder = new Decoder(new Sea());
  decoder.decode(new Encoder(state).encodeAll({ offset: 0 }));
  return decoder.state;
}

type Plan = {
  boats: { key: string; x: number; crew: string[]; tags: string[]; flag: boolean }[];
  depths: number[];
  wind: number;
};

function build({ boats, depths, wind }: Plan): Sea {
  const sea = new Sea({ wind });
  sea.depths.push(...depths);
  for (const { key, x, crew, tags, flag } of boats) {
    const boat = new Boat({ x });
    for (const name of crew) boat.crew.push(new Crew({ name }));
    for (const tag of tags) boat.tags.add(tag);
    if (flag) boat.flag = new Crew({ name: "flag" });
    sea.boats.set(key, boat);
  }
  return sea;
}

const plans = fc.record({
  boats: fc.uniqueArray(
    fc.record({
      key: fc.constantFrom("a", "b", "c", "d"),
      x: fc.integer({ min: -100, max: 100 }),
      crew: fc.array(fc.constantFrom("kim", "lee", "max"), { maxLength: 3 }),
      tags: fc.uniqueArray(fc.constantFrom("red", "old"), { maxLength: 2 }),
      flag: fc.boolean(),
    }),
    { selector: ({ key }) => key, maxLength: 4 },
  ),
  depths: fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
  wind: fc.integer({ min: 0, max: 9 }),
});

describe("a copy of a state", () => {
  test("is what it is a copy of, order included, whatever it was before", () => {
    fc.assert(
      fc.property(fc.array(plans, { minLength: 1, maxLength: 5 }), (states) => {
        const copy = createStateCopy(Sea);
        for (const plan of states) {
          const sea = build(plan);
          copy.update(sea);
          expect(stateToValue(copy.state)).toEqual(stateToValue(sea));
          copy.update(decoded(sea));
          expect(stateToValue(copy.state)).toEqual(stateToValue(sea));
        }
      }),
      { numRuns: 60 },
    );
  });

  test("keeps the objects of what stays, and shares none", () => {
    const sea = build({
      boats: [
        { key: "a", x: 1, crew: ["kim"], tags: [], flag: true },
        { key: "b", x: 2, crew: [], tags: [], flag: false },
      ],
      depths: [1],
      wind: 1,
    });
    const { state, update } = createStateCopy(Sea);
    update(sea);
    const boat = state.boats.get("b");
    const crew = state.boats.get("a")?.crew;
    sea.boats.delete("a");
    sea.boats.set("c", new Boat({ x: 7 }));
    (sea.boats.get("b") as SchemaType<typeof Boat>).x = 5;
    update(sea);
    expect(state.boats.get("b")).toBe(boat);
    expect(boat?.x).toBe(5);
    expect(state.boats).not.toBe(sea.boats);
    expect(state.boats.get("c")).not.toBe(sea.boats.get("c"));
    expect(crew).not.toBe(sea.boats.get("a")?.crew);
  });

  test("has in fields that clients don't get what a new object has there", () => {
    const client = decoded(
      build({ boats: [{ key: "a", x: 1, crew: [], tags: [], flag: false }], depths: [], wind: 1 }),
    );
    expect((client.boats.get("a") as { plan?: number }).plan).toBeUndefined();
    const copy = new Sea();
    copy.next = 77;
    copyState(client, copy);
    expect(copy.next).toBe(3);
    expect(copy.boats.get("a")?.plan).toBe(9);
    expect(copy.boats).toBeInstanceOf(MapSchema);
  });
});
