import fc from "fast-check";
import { expect, it } from "vitest";
import { isStoredEntry, unwrapValue, wrapValue } from "./storedValue.ts";

const bytes = (minLength: number) => fc.uint8Array({ minLength, maxLength: 64 });

it("gives back what was stored, and nothing else: STORE_CORRUPT", () => {
  const flips = { at: fc.nat(), by: fc.integer({ min: 1, max: 255 }), inKey: fc.boolean() };
  fc.assert(
    fc.property(bytes(1), bytes(0), fc.record(flips), (key, value, { at, by, inKey }) => {
      const stored = wrapValue(key, value);
      expect([...unwrapValue(key, stored)]).toEqual([...value]);
      expect(isStoredEntry(key, stored)).toBe(true);
      const [damagedKey, damaged] = [Uint8Array.from(key), Uint8Array.from(stored)];
      const target = inKey ? damagedKey : damaged;
      const index = at % target.length;
      target[index] = (target[index] ?? 0) ^ by;
      expect(isStoredEntry(damagedKey, damaged)).toBe(false);
      expect(() => unwrapValue(damagedKey, damaged)).toThrow(
        expect.objectContaining({ code: "STORE_CORRUPT" }),
      );
    }),
  );
  expect(isStoredEntry(Uint8Array.of(1), Uint8Array.of(2))).toBe(false);
});
