import { expect, test } from "vitest";
import { formatBytes, formatUnits, shortHex, spaced } from "./format.ts";

test.each<[bigint, string]>([
  [0n, "0"],
  [1n, "<0.000001"],
  [10n ** 18n, "1"],
  [1_500_000_000_000_000_000n, "1.5"],
  [12_345n * 10n ** 18n + 999_999_999_999_999_999n, "12,345.999999"],
  [-(10n ** 17n), "-0.1"],
])("an amount of %s wei is %s", (amount, text) => {
  expect(formatUnits(amount)).toBe(text);
});

test("what is long is cut in the middle, and what is short isn't", () => {
  expect(shortHex(`0x${"12".repeat(32)}`)).toBe("0x1212…1212");
  expect(shortHex("0x1234")).toBe("0x1234");
});

test("names of kinds and sizes are for people", () => {
  expect(spaced("roomEvents")).toBe("room events");
  expect(spaced("openSession")).toBe("open session");
  expect([999, 1500, 2_000_000].map(formatBytes)).toEqual(["999 B", "1.5 kB", "2.0 MB"]);
});
