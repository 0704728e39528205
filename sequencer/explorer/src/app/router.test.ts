import fc from "fast-check";
import { expect, test } from "vitest";
import { parseRoute, toHash } from "./router.ts";

test("what an address is made of comes out of it again", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: "grapheme" })), (route) => {
      expect(parseRoute(toHash(...route))).toEqual(route);
    }),
  );
});

test("anchors are nobody's address, and what is half encoded stays as it is", () => {
  expect(parseRoute("#content")).toBeUndefined();
  expect(parseRoute("")).toEqual([]);
  expect(parseRoute("#/search/50%")).toEqual(["search", "50%"]);
});
