import { FIELD_MODULUS, fieldToHash, ownershipNullifier } from "@weft/protocol";
import { describe, expect, it } from "vitest";
import { type OwnershipWitness, ownershipInputs } from "./ownershipInputs.ts";
import { createTestWitness } from "./testing.ts";

const witness = createTestWitness();

function refusal(change: Partial<OwnershipWitness>): unknown {
  try {
    return ownershipInputs({ ...witness, ...change });
  } catch (error) {
    return error;
  }
}

describe("ownershipInputs", () => {
  it("says the public inputs that a verifier computes", () => {
    const inputs = ownershipInputs(witness);
    expect(inputs.stateRoot).toBe(BigInt(witness.stateProof.root));
    expect(inputs.contract).toBe(BigInt(witness.contract));
    expect(inputs.nullifier).toBe(ownershipNullifier(witness));
    expect(inputs.binding).toBe(witness.binding);
    expect(inputs.scope).toBe(witness.scope);
  });

  it.each([0, 1, 2 ** 31, 2 ** 32 - 1])(
    "takes the index apart, lowest bit first: %i",
    (leafIndex) => {
      const { leafIndex: bits } = ownershipInputs(createTestWitness({ leafIndex }));
      const index = bits.reduce((sum, bit, i) => sum + bit * 2n ** BigInt(i), 0n);
      expect(index).toBe(BigInt(leafIndex));
    },
  );

  it.each([
    ["secret", FIELD_MODULUS],
    ["scope", FIELD_MODULUS],
    ["binding", -1n],
    ["tokenId", 2n ** 64n],
  ] as const)("refuses a number that is out of its range: %s", (field, value) => {
    expect(refusal({ [field]: value })).toMatchObject({
      code: "WITNESS_INVALID",
      details: { field },
    });
  });

  it("refuses a pass that is bound to another identity", () => {
    expect(refusal({ secret: 5n })).toMatchObject({ code: "IDENTITY_NOT_BOUND" });
  });

  it("refuses a pass that is bound to none", () => {
    const { stateProof } = createTestWitness({ commitment: 0n });
    expect(refusal({ stateProof })).toMatchObject({ code: "IDENTITY_NOT_BOUND" });
  });

  it("refuses a proof of another pass, and one that leads to another root", () => {
    expect(refusal({ tokenId: 78n })).toMatchObject({
      code: "STATE_PROOF_INVALID",
      cause: { code: "PROOF_UNRELATED" },
    });
    const stateProof = { ...witness.stateProof, root: fieldToHash(1n) };
    expect(refusal({ stateProof })).toMatchObject({
      code: "STATE_PROOF_INVALID",
      cause: { code: "ROOT_MISMATCH" },
    });
  });
});
