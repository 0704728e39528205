import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { expect, it } from "vitest";
import { bytesToHex } from "./bytes.ts";
import { merkleRoot } from "./hash.ts";

/** RFC 6962, 2.1, with keccak256. */
function merkleTreeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return keccak_256(new Uint8Array());
  if (leaves.length === 1) return keccak_256(Uint8Array.of(0, ...(leaves[0] as Uint8Array)));
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const left = merkleTreeHash(leaves.slice(0, split));
  return keccak_256(Uint8Array.of(1, ...left, ...merkleTreeHash(leaves.slice(split))));
}

it("makes RFC 6962's trees, of leaves of any length", () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const leaves = fc.array(fc.oneof(hash, fc.uint8Array({ maxLength: 70 })), { maxLength: 40 });
  fc.assert(
    fc.property(leaves, (some) => {
      const before = some.map((leaf) => leaf.slice());
      expect(merkleRoot(some)).toBe(bytesToHex(merkleTreeHash(some)));
      expect(some).toEqual(before);
    }),
  );
});
