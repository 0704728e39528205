import { FIELD_MODULUS, fieldToHash } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import barretenberg from "../../test/barretenbergVectors.json" with { type: "json" };
import { digestOf, digestToField, hashToField } from "../tree/digest.ts";
import { hashFields, MAX_HASH_INPUTS } from "./poseidon2.ts";

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

  it("takes a bounded number of inputs", () => {
    const inputs = Array.from({ length: MAX_HASH_INPUTS }, (_, i) => digestOf(BigInt(i)));
    expect(hashFields(inputs)).toHaveLength(32);
    expect(() => hashFields([...inputs, digestOf(1n)])).toThrow("invariant");
    expect(() => hashFields([])).toThrow("invariant");
  });
});
