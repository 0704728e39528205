import { expect, test } from "vitest";
import { compileSolidity } from "./compileSolidity.ts";

test("gives the contracts of the files asked for, not of what they import", () => {
  const { contracts, warnings } = compileSolidity(["src/GameItems.sol"]);
  expect(Object.keys(contracts)).toEqual(["GameItems"]);
  expect(contracts.GameItems?.creationCode).toMatch(/^0x60[0-9a-f]+$/);
  expect(warnings).toEqual([]);
});

test.each(["../package.json", "src/../package.json", "test/helpers/Missing.sol"])(
  "SOURCE_UNREADABLE: %s",
  (file) => {
    const code = "SOURCE_UNREADABLE";
    expect(() => compileSolidity([file])).toThrow(expect.objectContaining({ code }));
  },
);

test("COMPILE_FAILED: a source that imports what is not a source", () => {
  const error = expect.objectContaining({ code: "COMPILE_FAILED" });
  expect(() => compileSolidity(["test/helpers/ImportsOutside.sol"])).toThrow(error);
});
