import { FIELD_MODULUS, STATE_TREE_DEPTH } from "@weft/protocol";
import { hashToField } from "../src/index.ts";

type ReferenceLeaf = { key: bigint; value: bigint; nextKey: bigint };

const HALF = 2n ** 128n;

/** The tree as SPECIFICATION.md says it, and nothing else: slow, whole, without a past. */
export class ReferenceTree {
  readonly leaves: ReferenceLeaf[] = [{ key: 0n, value: 0n, nextKey: 0n }];

  get(key: bigint): bigint {
    return this.leaves.find((leaf) => leaf.key === key)?.value ?? 0n;
  }

  applyTransaction(writes: ReadonlyMap<bigint, bigint>): void {
    for (const key of [...writes.keys()].sort((a, b) => Number(a > b) - Number(a < b))) {
      const value = writes.get(key) ?? 0n;
      const present = this.leaves.find((leaf) => leaf.key === key);
      if (present !== undefined) present.value = value;
      else if (value !== 0n) this.#insert(key, value);
    }
  }

  #insert(key: bigint, value: bigint): void {
    const [first] = this.leaves as [ReferenceLeaf];
    const below = this.leaves.filter((leaf) => leaf.key < key);
    const before = below.reduce((best, leaf) => (leaf.key > best.key ? leaf : best), first);
    this.leaves.push({ key, value, nextKey: before.nextKey });
    before.nextKey = key;
  }

  root(): bigint {
    let nodes = this.leaves.map(({ key, value, nextKey }) =>
      hashToField([key, value / HALF, value % HALF, nextKey]),
    );
    let empty = 0n;
    for (let level = 0; level < STATE_TREE_DEPTH; level++) {
      const above: bigint[] = [];
      for (let i = 0; i < nodes.length; i += 2) {
        above.push(hashToField([nodes[i] ?? empty, nodes[i + 1] ?? empty]));
      }
      nodes = above;
      empty = hashToField([empty, empty]);
    }
    return nodes[0] ?? empty;
  }
}

/** Keys at the ends of their range and close to one another, and ordinary ones. */
export const TEST_KEYS: readonly bigint[] = [
  ...[1n, 2n, 3n, FIELD_MODULUS - 1n, FIELD_MODULUS - 2n],
  ...Array.from({ length: 25 }, (_, i) => hashToField([BigInt(i)])),
];

export const TEST_VALUES: readonly bigint[] = [0n, 0n, 1n, HALF - 1n, HALF, 2n ** 256n - 1n];
