import { type StateProof, verifyStateProof } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import { describe, expect, it } from "vitest";
import vectors from "../test-vectors.json" with { type: "json" };
import { createVectors } from "./createVectors.ts";
import { ReferenceTree } from "./referenceTree.ts";

const join = ({ valueHi, valueLo }: { valueHi: string; valueLo: string }) =>
  (BigInt(valueHi) << 128n) | BigInt(valueLo);

describe("test-vectors.json", () => {
  it("is what this code makes", () => {
    expect(createVectors()).toEqual(vectors);
  });

  it("has the keys, leaves and code hashes that another Poseidon2 makes", () => {
    for (const { inputs, key } of vectors.keys) {
      expect(poseidon2Hash(inputs.map(BigInt))).toBe(BigInt(key));
    }
    for (const { key, valueHi, valueLo, nextKey, hash } of vectors.leaves) {
      expect(poseidon2Hash([key, valueHi, valueLo, nextKey].map(BigInt))).toBe(BigInt(hash));
    }
    for (const { code, firstInput, hash } of vectors.codeHashes.slice(1)) {
      const chunks = code.slice(2).match(/.{1,62}/g) ?? [];
      const inputs = [firstInput, ...chunks.map((chunk) => `0x${chunk.padEnd(62, "0")}`)];
      expect(poseidon2Hash(inputs.map(BigInt))).toBe(BigInt(hash));
    }
  });

  it("has the roots of a tree that is built by the specification", () => {
    const reference = new ReferenceTree();
    expect(reference.root()).toBe(BigInt(vectors.emptyRoot));
    for (const { writes, rootAfter } of vectors.transactions) {
      reference.applyTransaction(new Map(writes.map((write) => [BigInt(write.key), join(write)])));
      expect(reference.root()).toBe(BigInt(rootAfter));
    }
    expect(reference.leaves).toHaveLength(vectors.leafCount);
  });

  it("has proofs that hold", () => {
    for (const { proof, ...value } of vectors.proofs) {
      expect(verifyStateProof(proof as StateProof, proof as StateProof)).toBe(join(value));
    }
  });
});
