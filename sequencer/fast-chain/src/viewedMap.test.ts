import fc from "fast-check";
import { expect, test } from "vitest";
import { ViewedMap } from "./viewedMap.ts";

type Step = { key: string; value: { n: number } | null; read: number };

const key = fc.constantFrom(..."abcdefgh");
const step: fc.Arbitrary<Step> = fc.record({
  key,
  value: fc.option(fc.record({ n: fc.nat(9) })),
  read: fc.nat(3),
});

function change(map: ViewedMap<string, { n: number }>, { key, value }: Step): void {
  if (value === null) map.delete(key);
  else map.set(key, value);
}

test("a view has the entries of its moment, whatever changes while it is read", () => {
  fc.assert(
    fc.property(fc.array(step), fc.array(step), (before, during) => {
      const map = new ViewedMap<string, { n: number }>();
      for (const each of before) change(map, each);
      const expected = new Map([...map.keys()].map((name) => [name, map.get(name)]));
      const view = map.view();
      const seen = new Map<string, { n: number }>();
      const entries = view[Symbol.iterator]();
      for (const each of during) {
        change(map, each);
        for (let count = 0; count < each.read; count++) {
          const { value, done } = entries.next();
          if (done) break;
          if (seen.has(value[0])) expect(seen.get(value[0])).toBe(value[1]);
          seen.set(...(value as [string, { n: number }]));
        }
      }
      for (let next = entries.next(); !next.done; next = entries.next()) {
        seen.set(next.value[0], next.value[1]);
      }
      view.close();
      expect(seen).toEqual(expected);
    }),
  );
});

test("one view at a time", () => {
  const map = new ViewedMap<string, object>();
  const view = map.view();
  expect(() => map.view()).toThrow("one view of a map at a time");
  view.close();
  map.view().close();
});
