import fc from "fast-check";
import { expect, it } from "vitest";
import { NewestMap } from "./newestMap.ts";

it("has the newest entries without a hole, newest first, and never more than twice its bound", () => {
  const directions = fc.array(fc.boolean(), { maxLength: 60 });
  fc.assert(
    fc.property(directions, fc.integer({ min: 1, max: 8 }), (laters, bound) => {
      const map = new NewestMap<number, number>(bound);
      let next = 0;
      let before = -1;
      for (const isLater of laters) {
        const key = isLater ? next++ : before--;
        if (isLater) map.addLater(key, key);
        else map.addEarlier(key, key);
      }
      const all = map.newestFirst();
      expect(all.length).toBeLessThanOrEqual(2 * bound);
      expect(all.length).toBeGreaterThanOrEqual(Math.min(bound, laters.length, next - before - 1));
      const newest = next === 0 ? -1 : next - 1;
      expect(all).toEqual(all.map((_, nth) => newest - nth));
      for (const key of all) expect(map.get(key)).toBe(key);
      expect(map.get(newest - all.length)).toBeUndefined();
    }),
  );
});
