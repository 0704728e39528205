import { STATE_LEAF, type StateLeafKind, stateKey } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashCode, leafKeyOf, MAX_CODE_BYTES } from "./accountLeaves.ts";
import { hashToField } from "./tree/digest.ts";

const kind = fc.constantFrom<StateLeafKind>(...Object.values(STATE_LEAF));
const address = fc.uint8Array({ minLength: 20, maxLength: 20 });
const uint256 = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });

describe("an account's leaves", () => {
  it("have the keys that browsers compute", () => {
    const check = (bytes: Uint8Array, k: StateLeafKind, slot: bigint) => {
      const text = `0x${Buffer.from(bytes).toString("hex")}` as const;
      expect(leafKeyOf(text, k, slot)).toBe(BigInt(stateKey(text, k, slot)));
    };
    fc.assert(fc.property(address, kind, uint256, check), { numRuns: 50 });
  });

  it("commit to the code: its bytes and its length", () => {
    expect(hashCode(new Uint8Array())).toBe(0n);
    const code = Uint8Array.from({ length: 33 }, (_, i) => i + 1);
    const first = (0x776566743a7631n << 168n) | (4n << 160n) | 33n;
    const chunks = [
      0x0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1fn,
      0x2021n << (29n * 8n),
    ];
    expect(hashCode(code)).toBe(hashToField([first, ...chunks]));
    expect(hashCode(Uint8Array.of(0))).not.toBe(hashCode(Uint8Array.of(0, 0)));
  });

  it("take code up to a limit: VALUE_INVALID", () => {
    expect(hashCode(new Uint8Array(24_576))).toBeGreaterThan(0n);
    expect(() => hashCode(new Uint8Array(MAX_CODE_BYTES + 1))).toThrow(
      expect.objectContaining({ code: "VALUE_INVALID" }),
    );
  });
});
