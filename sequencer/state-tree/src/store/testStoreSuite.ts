import { compareBytes } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoreChange, TreeStore } from "./treeStore.ts";

const GUARD = { key: Uint8Array.of(0), value: undefined };
const bytes = (...values: number[]) => Uint8Array.from(values);
const plain = (value: Uint8Array | undefined) => value && [...value];

/** What every store has to do. @param open makes an empty one */
export function treeStoreSuite(name: string, open: () => TreeStore): void {
  describe(name, () => {
    const key = fc
      .uint8Array({ minLength: 1, maxLength: 3, max: 3 })
      .filter(([first]) => first !== 0);
    const change = fc.record({
      key,
      value: fc.option(fc.uint8Array({ minLength: 1, maxLength: 3 }), { nil: undefined }),
    });

    it("reads like a sorted list of what was written", async () => {
      const check = async (batches: StoreChange[][], low: Uint8Array, high: Uint8Array) => {
        if (compareBytes(low, high) > 0) return check(batches, high, low);
        const store = open();
        const model = new Map<string, StoreChange>();
        for (const batch of batches) {
          store.write(batch, GUARD);
          for (const one of batch) model.set(one.key.join(), one);
        }
        const entries = [...model.values()].filter(({ value }) => value !== undefined);
        entries.sort((a, b) => compareBytes(a.key, b.key));
        const inRange = entries.filter(
          (entry) => compareBytes(entry.key, low) >= 0 && compareBytes(entry.key, high) <= 0,
        );
        expect(plain(store.get(low))).toEqual(plain(model.get(low.join())?.value));
        expect(plain(store.atOrBefore(high, low)?.key)).toEqual(plain(inRange.at(-1)?.key));
        expect(plain(store.atOrAfter(low, high)?.key)).toEqual(plain(inRange[0]?.key));
        expect(plain(store.atOrAfter(low, high)?.value)).toEqual(plain(inRange[0]?.value));
        await store.close();
      };
      const batches = fc.array(fc.array(change, { maxLength: 20 }), { maxLength: 3 });
      await fc.assert(fc.asyncProperty(batches, key, key, check), { numRuns: 60 });
    });

    it("writes nothing when the guard doesn't hold: STORE_CONFLICT", async () => {
      const store = open();
      store.write([{ key: bytes(0), value: bytes(1) }], GUARD);
      for (const value of [undefined, bytes(2)]) {
        expect(() =>
          store.write([{ key: bytes(5), value: bytes(5) }], { key: bytes(0), value }),
        ).toThrow(expect.objectContaining({ code: "STORE_CONFLICT" }));
      }
      expect(store.get(bytes(5))).toBeUndefined();
      store.write([{ key: bytes(5), value: bytes(5) }], { key: bytes(0), value: bytes(1) });
      expect(plain(store.get(bytes(5)))).toEqual([5]);
      await store.close();
    });

    it("refuses after it was closed: CLOSED", async () => {
      const store = open();
      await store.close();
      await store.close();
      const closed = expect.objectContaining({ code: "CLOSED" });
      expect(() => store.get(bytes(1))).toThrow(closed);
      expect(() => store.atOrBefore(bytes(2), bytes(1))).toThrow(closed);
      expect(() => store.atOrAfter(bytes(1), bytes(2))).toThrow(closed);
      expect(() => store.write([], GUARD)).toThrow(closed);
    });
  });
}
