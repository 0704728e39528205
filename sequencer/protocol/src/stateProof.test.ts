import { poseidon2Hash } from "@zkpassport/poseidon2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Hash } from "./bytes.ts";
import {
  decodeBasicData,
  encodeBasicData,
  FIELD_MODULUS,
  fieldToHash,
  STATE_LEAF,
  STATE_TREE_DEPTH,
  type StateProof,
  splitHalves,
  stateKey,
  stateKeyInputs,
  verifyStateProof,
} from "./stateProof.ts";

const coded = (code: string) => expect.objectContaining({ code });

type Leaf = readonly [key: bigint, value: bigint, nextKey: bigint];

/** Keys 10 and 30, put in as 30, 10. */
const LEAVES: readonly Leaf[] = [
  [0n, 0n, 10n],
  [30n, (7n << 128n) | 5n, 0n],
  [10n, 2n ** 256n - 1n, 30n],
];

function hashLeaf([key, value, nextKey]: Leaf): bigint {
  return poseidon2Hash([key, ...splitHalves(value), nextKey]);
}

/** Levels of the tree, leaves first: what is beside a path, or empty. */
function buildLevels(): { levels: bigint[][]; empty: bigint[] } {
  const levels = [LEAVES.map(hashLeaf)];
  const empty = [0n];
  for (let level = 0; level < STATE_TREE_DEPTH; level++) {
    const [below, nothing] = [levels[level] ?? [], empty[level] ?? 0n];
    const pairs = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) => [
      below[2 * i] ?? nothing,
      below[2 * i + 1] ?? nothing,
    ]);
    levels.push(pairs.map((pair) => poseidon2Hash(pair)));
    empty.push(poseidon2Hash([nothing, nothing]));
  }
  return { levels, empty };
}

const { levels, empty } = buildLevels();
const root = fieldToHash(levels[STATE_TREE_DEPTH]?.[0] ?? 0n);

function proofOf(key: bigint, leafIndex: number): StateProof {
  const [leafKey, value, nextKey] = LEAVES[leafIndex] as Leaf;
  const [valueHi, valueLo] = splitHalves(value);
  const siblings = Array.from({ length: STATE_TREE_DEPTH }, (_, level) => {
    const beside = Math.floor(leafIndex / 2 ** level) ^ 1;
    return fieldToHash(levels[level]?.[beside] ?? empty[level] ?? 0n);
  });
  return {
    root,
    key: fieldToHash(key),
    leafKey: fieldToHash(leafKey),
    valueHi: fieldToHash(valueHi),
    valueLo: fieldToHash(valueLo),
    nextKey: fieldToHash(nextKey),
    leafIndex,
    siblings,
  };
}

const verify = (key: bigint, proof: StateProof) =>
  verifyStateProof({ root, key: fieldToHash(key) }, proof);

describe("verifyStateProof", () => {
  it.each([
    [10n, 2, 2n ** 256n - 1n],
    [30n, 1, (7n << 128n) | 5n],
    [1n, 0, 0n],
    [9n, 0, 0n],
    [11n, 2, 0n],
    [29n, 2, 0n],
    [31n, 1, 0n],
    [FIELD_MODULUS - 1n, 1, 0n],
  ])("finds under key %s, by leaf %i, %s", (key, leafIndex, value) => {
    expect(verify(key, proofOf(key, leafIndex))).toBe(value);
  });

  it.each([
    [10n, 0],
    [30n, 2],
    [10n, 1],
    [11n, 0],
    [9n, 2],
    [31n, 2],
    [29n, 1],
    [0n, 0],
  ])("refuses, for key %s, leaf %i: LEAF_UNRELATED", (key, leafIndex) => {
    expect(() => verify(key, proofOf(key, leafIndex))).toThrow(coded("LEAF_UNRELATED"));
  });

  it("refuses a proof for another root or key than asked for: PROOF_UNRELATED", () => {
    const proof = proofOf(10n, 2);
    const other = fieldToHash(30n);
    expect(() => verify(30n, proof)).toThrow(coded("PROOF_UNRELATED"));
    expect(() => verifyStateProof({ root: other, key: proof.key }, proof)).toThrow(
      coded("PROOF_UNRELATED"),
    );
  });

  it.each<[string, (proof: StateProof) => unknown]>([
    ["root", (proof) => ({ ...proof, root: 5 })],
    ["key", (proof) => ({ ...proof, key: undefined })],
    ["leafKey", (proof) => ({ ...proof, leafKey: fieldToHash(FIELD_MODULUS) })],
    ["leafKey", (proof) => ({ ...proof, leafKey: "0xa" })],
    ["valueHi", (proof) => ({ ...proof, valueHi: fieldToHash(2n ** 128n) })],
    ["valueLo", (proof) => ({ ...proof, valueLo: fieldToHash(FIELD_MODULUS - 1n) })],
    ["nextKey", (proof) => ({ ...proof, nextKey: `${proof.nextKey}\n` })],
    ["leafIndex", (proof) => ({ ...proof, leafIndex: 2 ** 32 + 2 })],
    ["leafIndex", (proof) => ({ ...proof, leafIndex: -1 })],
    ["leafIndex", (proof) => ({ ...proof, leafIndex: 1.5 })],
    ["siblings", (proof) => ({ ...proof, siblings: proof.siblings.slice(1) })],
    ["siblings", (proof) => ({ ...proof, siblings: "0x" })],
    ["siblings[3]", (proof) => ({ ...proof, siblings: proof.siblings.with(3, "0xff") })],
    [
      "siblings[0]",
      ({ siblings, ...proof }) => ({
        ...proof,
        siblings: siblings.with(0, siblings[0]?.toUpperCase() as Hash),
      }),
    ],
    ["proof", () => null],
  ])("refuses a malformed %s: PROOF_MALFORMED", (field, spoil) => {
    const proof = spoil(proofOf(10n, 2)) as StateProof;
    const error = expect.objectContaining({ code: "PROOF_MALFORMED", details: { field } });
    expect(() => verify(10n, proof)).toThrow(error);
  });

  it("refuses a proof that was changed anywhere", () => {
    const fields = ["root", "key", "leafKey", "valueHi", "valueLo", "nextKey"] as const;
    const change = fc.oneof(
      fc.record({ field: fc.constantFrom(...fields), bit: fc.nat({ max: 255 }) }),
      fc.record({ field: fc.constant("leafIndex" as const), bit: fc.nat({ max: 31 }) }),
      fc.record({ field: fc.nat({ max: STATE_TREE_DEPTH - 1 }), bit: fc.nat({ max: 255 }) }),
    );
    const flip = (hash: Hash, bit: number) => fieldToHash(BigInt(hash) ^ (1n << BigInt(bit)));
    const honest = fc.constantFrom(
      proofOf(10n, 2),
      proofOf(30n, 1),
      proofOf(11n, 2),
      proofOf(5n, 0),
    );
    const check = (proof: StateProof, { field, bit }: { field: number | string; bit: number }) => {
      const changed: StateProof = structuredClone(proof);
      if (typeof field === "number") {
        const siblings = changed.siblings.with(field, flip(changed.siblings[field] as Hash, bit));
        Object.assign(changed, { siblings });
      } else if (field === "leafIndex") {
        Object.assign(changed, { leafIndex: (proof.leafIndex ^ (1 << bit)) >>> 0 });
      } else {
        const old = changed[field as (typeof fields)[number]];
        Object.assign(changed, { [field]: flip(old, bit) });
      }
      expect(() => verifyStateProof({ root, key: proof.key }, changed)).toThrow(
        expect.objectContaining({ name: "StateProofError" }),
      );
    };
    fc.assert(fc.property(honest, change, check), { numRuns: 150 });
  });
});

describe("the pieces of the state", () => {
  it("has Barretenberg's Poseidon2", () => {
    // poseidon2Hash of @aztec/bb.js 5.0.0
    expect(fieldToHash(poseidon2Hash([1n, 2n]))).toBe(
      "0x038682aa1cb5ae4e0a3f13da432a95c77c5c111f6f030faf9cad641ce1ed7383",
    );
    expect(
      fieldToHash(poseidon2Hash([FIELD_MODULUS - 1n, FIELD_MODULUS - 2n, FIELD_MODULUS - 3n])),
    ).toBe("0x1e113bd1828722623fcea9bc2dacf550b1e60a5db1b4807c3714baa8bd09cb8e");
    expect(fieldToHash(poseidon2Hash([0n, 0n, 0n, 0n]))).toBe(
      "0x20be000d93b852c82d4e02c94e9e61fa3a0e79949aac3af4010620651d416134",
    );
  });

  it("has another key for every account, kind and slot", () => {
    const [a, b] = [`0x${"11".repeat(20)}`, `0x${"ff".repeat(20)}`] as const;
    const keys = [a, b].flatMap((address) => [
      ...Object.values(STATE_LEAF).map((kind) => stateKey(address, kind)),
      stateKey(address, STATE_LEAF.storage, 1n),
      stateKey(address, STATE_LEAF.storage, 1n << 128n),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    const [first] = stateKeyInputs(b, STATE_LEAF.storage, 2n ** 256n - 1n);
    expect(first).toBeLessThan(FIELD_MODULUS);
  });

  it("packs basic data so that it comes back", () => {
    const data = fc.record({
      codeSize: fc.nat({ max: 2 ** 24 - 1 }),
      nonce: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      balance: fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }),
    });
    const check = (one: { codeSize: number; nonce: bigint; balance: bigint }) => {
      expect(decodeBasicData(encodeBasicData(one))).toEqual(one);
      expect(splitHalves(encodeBasicData(one))[1]).toBe(one.balance);
    };
    fc.assert(fc.property(data, check));
    expect(encodeBasicData({ codeSize: 0, nonce: 0n, balance: 0n })).toBe(0n);
  });

  it.each([
    { codeSize: 2 ** 24, nonce: 0n, balance: 0n },
    { codeSize: -1, nonce: 0n, balance: 0n },
    { codeSize: 0.5, nonce: 0n, balance: 0n },
    { codeSize: 0, nonce: 2n ** 64n, balance: 0n },
    { codeSize: 0, nonce: 0n, balance: 2n ** 128n },
    { codeSize: 0, nonce: 0n, balance: -1n },
  ])("refuses basic data out of range: VALUE_INVALID", (data) => {
    expect(() => encodeBasicData(data)).toThrow(coded("VALUE_INVALID"));
  });

  it("refuses basic data of another version: VALUE_INVALID", () => {
    expect(() => decodeBasicData(1n << 255n)).toThrow(coded("VALUE_INVALID"));
    expect(() => decodeBasicData(1n << 216n)).toThrow(coded("VALUE_INVALID"));
  });
});
