import { schema, t } from "@colyseus/schema";
import { expect, test } from "vitest";
import { flattenGame } from "./flattenState.ts";
import { applyChanges, compareStates, diffStates } from "./stateChanges.ts";

const Item = schema({ n: t.number(), big: t.bigint64() }, "FlatItem");
const State = schema(
  {
    items: t.map(Item),
    list: t.array("string"),
    none: t.array("number"),
    set: t.set("number"),
    text: t.string(),
  },
  "FlatState",
);

function game(fill: (state: InstanceType<typeof State>) => void) {
  const state = new State();
  fill(state);
  const snapshot = () => {
    throw new Error("can't be saved");
  };
  return { state, players: [], round: undefined, nowMs: 5, snapshot };
}

test("every place has its path and its text", () => {
  const flat = flattenGame(
    game((state) => {
      state.items.set("a", new Item({ n: -0, big: 7n }));
      state.items.set("b-c", new Item({ n: Number.NaN, big: -1n }));
      state.list.push("x", "");
      state.set.add(3);
      state.text = "hällo \ud800";
    }),
  );
  expect(Object.fromEntries(flat)).toEqual({
    "state.items.a.n": "-0",
    "state.items.a.big": "7n",
    'state.items["b-c"].n': "NaN",
    'state.items["b-c"].big': "-1n",
    "state.list[0]": '"x"',
    "state.list[1]": '""',
    "state.none": "[]",
    "state.set[0]": "3",
    "state.text": expect.stringMatching(/^utf16 0x/),
    players: "[]",
    round: "null",
    nowMs: "5",
  });
});

test("changes lead from one state to the next, and say where two differ", () => {
  const before = flattenGame(game((state) => state.list.push("a", "b")));
  const after = flattenGame(game((state) => state.list.push("a")));
  const changes = diffStates(before, after);
  expect(changes).toEqual({ "state.list[1]": null });
  expect(applyChanges(new Map(before), changes)).toEqual(after);
  expect(diffStates(new Map(), before)).toEqual(Object.fromEntries(before));
  expect(compareStates(before, after)).toEqual([
    { path: "state.list[1]", recorded: '"b"', actual: undefined },
  ]);
  expect(compareStates(before, before)).toEqual([]);
});
