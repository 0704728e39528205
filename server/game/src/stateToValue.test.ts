import { ArraySchema, CollectionSchema, MapSchema, SetSchema, schema, t } from "@colyseus/schema";
import { encodeValue } from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { stateToValue } from "./stateToValue.ts";

const Item = schema({ name: t.string(), weight: t.float32() }, "Item");
const Base = schema({ id: t.uint32() }, "Base");
const Everything = Base.extend(
  {
    map: t.map(Item),
    list: t.array("number"),
    set: t.set("string"),
    bag: t.collection("string"),
    item: t.ref(Item),
    big: t.biguint64(),
    flag: t.boolean(),
    angle: t.angle(),
    maybe: t.string().optional(),
    hidden: t.number().noSync().default(7),
  },
  "Everything",
);

const encode = (state: unknown) => encodeValue(stateToValue(state));

describe("a state's canonical value", () => {
  test("holds every kind of field, inherited and local ones too", () => {
    const state = new Everything();
    state.id = 5;
    state.map.set("b", new Item({ name: "axe", weight: 1.1 }));
    state.list.push(3, 1);
    state.set.add("x");
    state.bag.add("y");
    state.item.name = "bow";
    state.big = 2n ** 60n;
    state.flag = true;
    state.angle = 1;
    expect(stateToValue(state)).toEqual([
      "schema",
      {
        id: 5,
        // As the program has it: rounding to 32 bits happens on the wire only.
        map: ["map", ["b", ["schema", { name: "axe", weight: 1.1 }]]],
        list: ["list", 3, 1],
        set: ["set", "x"],
        bag: ["set", "y"],
        item: ["schema", { name: "bow" }],
        big: 2n ** 60n,
        flag: true,
        angle: state.angle,
        hidden: 7,
      },
    ]);
  });

  test("keeps the order of insertion, which game code can see", () => {
    const first = new MapSchema({ a: 1, b: 2 });
    const second = new MapSchema({ b: 2, a: 1 });
    expect(encode(first)).not.toEqual(encode(second));
    first.delete("a");
    first.set("a", 1);
    expect(encode(first)).toEqual(encode(second));
  });

  test("doesn't depend on what was there before", () => {
    const worn = new Everything();
    for (let i = 0; i < 20; i++) {
      worn.map.set(`k${i}`, new Item());
      worn.list.push(i);
      worn.set.add(`s${i}`);
    }
    worn.map.clear();
    worn.list.clear();
    worn.set.clear();
    expect(encode(worn)).toEqual(encode(new Everything()));
  });

  test("tells apart what only looks alike", () => {
    const alike = [
      new ArraySchema<number>(),
      new MapSchema<number>(),
      new SetSchema<number>(),
      new Item(),
      {},
      [["map"]],
      ["undefined"],
      [undefined],
      "map",
      null,
    ];
    const encodings = new Set(alike.map((value) => encode(value).join()));
    expect(encodings.size).toBe(alike.length);
    expect(encode(new CollectionSchema())).toEqual(encode(new SetSchema()));
  });

  test("takes what local fields may hold, halves of characters included", () => {
    class Gun {
      heat = 0.5;
    }
    const local = {
      gun: new Gun(),
      seen: new Set([1]),
      by: new Map([[1, "x"]]),
      grid: new Float32Array([1, 0.5]),
      bytes: Uint8Array.of(1),
      half: "😀".slice(0, 1),
      nothing: undefined,
    };
    expect(() => encode(local)).not.toThrow();
    expect(encode("😀".slice(0, 1))).not.toEqual(encode("😀".slice(1)));
  });

  test("refuses what keeps its content hidden: STATE_UNENCODABLE with the path", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const wrong: [unknown, RegExp][] = [
      [{ a: [new Date(0)] }, /^state\.a\[0\]: .*Date/],
      [{ a: () => 1 }, /^state\.a: a function/],
      [{ a: new WeakMap() }, /WeakMap/],
      [{ a: Symbol("x") }, /symbol/],
      [cycle, /cycle/],
    ];
    for (const [state, message] of wrong) {
      expect(() => stateToValue(state)).toThrow(
        expect.objectContaining({
          code: "STATE_UNENCODABLE",
          message: expect.stringMatching(message),
        }),
      );
    }
  });
});
