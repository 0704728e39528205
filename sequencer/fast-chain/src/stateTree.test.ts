import { bytesToHex, concatBytes, sha256, utf8ToBytes } from "@weft/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { StateTree } from "./stateTree.ts";

const name = fc.constantFrom(..."abcdefghijklmnopqrstuvwxyz");
const change = fc.record({ name, value: fc.option(fc.uint8Array({ maxLength: 3 })) });

function rootOf(entries: ReadonlyMap<string, Uint8Array>): string {
  const tree = new StateTree();
  for (const [key, value] of entries) tree.set(key, value);
  return tree.root();
}

/** The root as it is defined, over leaves by their paths. */
function definedRoot(entries: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const leaves = [...entries].map(([name, value]) => {
    const key = sha256(utf8ToBytes(name));
    const hash = sha256(concatBytes(Uint8Array.of(0), key, sha256(value)));
    return { path: [...key].map((byte) => byte.toString(2).padStart(8, "0")).join(""), hash };
  });
  const nodeOf = (under: typeof leaves, depth: number): Uint8Array => {
    if (under.length <= 1) return under[0]?.hash ?? new Uint8Array(32);
    const side = (bit: string) => under.filter(({ path }) => path[depth] === bit);
    const children = ["0", "1"].map((bit) => nodeOf(side(bit), depth + 1));
    return sha256(concatBytes(Uint8Array.of(1), ...children));
  };
  return nodeOf(leaves, 0);
}

test("the root is a function of what is stored, however it came to be there", () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const tree = new StateTree();
      const model = new Map<string, Uint8Array>();
      for (const { name, value } of changes) {
        if (value === null) {
          tree.delete(name);
          model.delete(name);
        } else {
          tree.set(name, value);
          model.set(name, value);
        }
      }
      const sorted = new Map([...model].sort(([a], [b]) => (a < b ? 1 : -1)));
      expect(tree.root()).toBe(rootOf(model));
      expect(tree.root()).toBe(rootOf(sorted));
      expect(tree.root()).toBe(bytesToHex(definedRoot(model)));
    }),
  );
});

test("the root changes with every name and value", () => {
  const entries = new Map([
    ["a", Uint8Array.of(1)],
    ["b", Uint8Array.of(2)],
  ]);
  const root = rootOf(entries);
  expect(rootOf(new Map([...entries, ["a", Uint8Array.of(3)]]))).not.toBe(root);
  expect(rootOf(new Map([...entries, ["c", Uint8Array.of(1)]]))).not.toBe(root);
  expect(rootOf(new Map([["a", Uint8Array.of(1)]]))).not.toBe(root);
});
