import { FIELD_MODULUS, fieldToHash } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import barretenberg from "../../test/barretenbergVectors.json" with { type: "json" };
import { digestOf, digestToField, hashToField } from "../tree/digest.ts";
import { LANES } from "./lanes/digits.ts";
import { LaneHasher, MAX_LANE_INPUTS } from "./lanes/laneHasher.ts";
import { hashFields, hashMany, MAX_HASH_INPUTS } from "./poseidon2.ts";

const field = fc.oneof(
  fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }),
  fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n, 2n ** 253n, 2n ** 232n - 1n, 2n ** 29n),
);

describe("Poseidon2", () => {
  it("is Barretenberg's", () => {
    for (const { inputs, hash } of barretenberg.vectors) {
      expect(fieldToHash(hashToField(inputs.map(BigInt)))).toBe(hash);
    }
  });

  it("is what another implementation says", () => {
    const check = (inputs: bigint[]) => {
      expect(hashToField(inputs)).toBe(poseidon2Hash(inputs));
    };
    fc.assert(fc.property(fc.array(field, { minLength: 1, maxLength: 9 }), check));
  });

  it("takes any field element as bytes, and gives it back", () => {
    const check = (value: bigint) => {
      expect(digestToField(digestOf(value))).toBe(value);
    };
    fc.assert(fc.property(field, check));
  });

  it("is the same for one hash and for many", () => {
    const check = (count: number, each: number, values: bigint[]) => {
      const inputs = Array.from({ length: count * each }, (_, i) =>
        digestOf(values[i % values.length] as bigint),
      );
      const one = Array.from({ length: count }, (_, i) =>
        hashFields(inputs.slice(i * each, (i + 1) * each)),
      );
      expect(hashMany(inputs, each)).toEqual(one);
    };
    const count = fc.nat({ max: 2 * LANES + 1 });
    const each = fc.integer({ min: 1, max: MAX_LANE_INPUTS });
    const values = fc.array(field, { minLength: 1, maxLength: 9 });
    fc.assert(fc.property(count, each, values, check), { numRuns: 300 });
  });

  it("is the same in each lane, hash after hash", () => {
    const hasher = new LaneHasher();
    let hashes = Array.from({ length: LANES }, (_, i) => digestOf(BigInt(i)));
    for (let i = 0; i < 100; i++) {
      const inputs = hashes.flatMap((hash, lane) => [
        hash,
        hashes[(lane + 1) % LANES] as typeof hash,
      ]);
      const next = hasher.hash(inputs, 2);
      expect(next).toEqual(next.map((_, lane) => hashFields(inputs.slice(2 * lane, 2 * lane + 2))));
      hashes = next;
    }
  });

  it("takes a bounded number of inputs", () => {
    const inputs = Array.from({ length: MAX_HASH_INPUTS }, (_, i) => digestOf(BigInt(i)));
    expect(hashFields(inputs)).toHaveLength(32);
    expect(() => hashFields([...inputs, digestOf(1n)])).toThrow("invariant");
    expect(() => hashFields([])).toThrow("invariant");
    const [one] = inputs as [Uint8Array];
    expect(() => hashMany(new Array(MAX_LANE_INPUTS + 1).fill(one), MAX_LANE_INPUTS + 1)).toThrow(
      "invariant",
    );
    expect(() => hashMany([one, one, one], 2)).toThrow("invariant");
  });
});
