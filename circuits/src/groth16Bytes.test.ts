import { bytesToHex, hexToBytes } from "@weft/protocol";
import fc from "fast-check";
import type { SnarkjsVerificationKey } from "snarkjs";
import { describe, expect, it } from "vitest";
import { ownershipArtifacts } from "../artifacts/ownershipArtifacts.ts";
import {
  bytesToProof,
  bytesToVerificationKey,
  proofToBytes,
  verificationKeyToBytes,
} from "./groth16Bytes.ts";

const ORDER = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const coordinate = fc
  .bigInt({ min: 0n, max: ORDER - 1n })
  .map((value) => value.toString(16).padStart(64, "0"));
const proofBytes = fc
  .array(coordinate, { minLength: 8, maxLength: 8 })
  .map((digits) => hexToBytes(`0x${digits.join("")}`));
const key = hexToBytes(ownershipArtifacts.verificationKey);

describe("proofs as bytes", () => {
  it("are read and written without loss", () => {
    const check = (bytes: Uint8Array) => {
      expect(proofToBytes(bytesToProof(bytes))).toEqual(bytes);
    };
    fc.assert(fc.property(proofBytes, check));
  });

  it("are in the order of EIP-197: of a pair the imaginary part first", () => {
    const bytes = new Uint8Array(256);
    for (let i = 0; i < 8; i++) bytes[i * 32 + 31] = i + 1;
    const { pi_a, pi_b, pi_c } = bytesToProof(bytes);
    expect([pi_a, pi_b, pi_c]).toEqual([
      ["1", "2", "1"],
      [
        ["4", "3"],
        ["6", "5"],
        ["1", "0"],
      ],
      ["7", "8", "1"],
    ]);
  });

  it("have one length", () => {
    for (const length of [0, 255, 257]) {
      expect(() => bytesToProof(new Uint8Array(length))).toThrow(
        expect.objectContaining({ code: "PROOF_MALFORMED" }),
      );
    }
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])("have coordinates below the order: %i", (at) => {
    const bytes = new Uint8Array(256);
    bytes.set(hexToBytes(`0x${ORDER.toString(16)}`), at * 32);
    expect(() => bytesToProof(bytes)).toThrow(expect.objectContaining({ code: "PROOF_MALFORMED" }));
  });
});

describe("verification keys as bytes", () => {
  it("are read and written without loss", () => {
    expect(key).toHaveLength(832);
    expect(bytesToHex(verificationKeyToBytes(bytesToVerificationKey(key)))).toBe(
      ownershipArtifacts.verificationKey,
    );
  });

  it("have one length, and coordinates below the order", () => {
    const high = Uint8Array.from(key).fill(0xff, 800);
    for (const bytes of [key.subarray(1), new Uint8Array(833), high]) {
      expect(() => bytesToVerificationKey(bytes)).toThrow(
        expect.objectContaining({ code: "KEY_MALFORMED" }),
      );
    }
  });

  it("are for five public inputs", () => {
    const { IC, ...rest } = bytesToVerificationKey(key);
    const shorter: SnarkjsVerificationKey = { ...rest, IC: IC.slice(1) };
    expect(() => verificationKeyToBytes(shorter)).toThrow(
      expect.objectContaining({ code: "KEY_MALFORMED" }),
    );
  });
});
