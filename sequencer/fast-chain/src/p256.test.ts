import { createPublicKey, verify } from "node:crypto";
import { bytesToHex } from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isSessionKey, verifyP256 } from "./p256.ts";

const dsaEncoding = "ieee-p1363";
const { sessionKey: key, privateKey, sign: signed } = testSessionKey();
const publicKey = createPublicKey(privateKey);

const message = fc.uint8Array({ maxLength: 80 });

test("what the key signed holds, for that message alone", () => {
  fc.assert(
    fc.property(message, message, (signedMessage, other) => {
      const signature = signed(signedMessage);
      expect(verifyP256(key, signedMessage, signature)).toBe(true);
      expect(verifyP256(key, other, signature)).toBe(
        bytesToHex(other) === bytesToHex(signedMessage),
      );
    }),
  );
});

test("any 64 bytes are judged as by node:crypto's own reading of r and s", () => {
  // Zeros in front, high bits and numbers beyond the curve's order are where notations differ.
  const half = fc.oneof(
    fc.uint8Array({ minLength: 32, maxLength: 32 }),
    fc.constantFrom(new Uint8Array(32), new Uint8Array(32).fill(255)),
    fc.nat(0xffff).map((n) => Uint8Array.from([...new Array(30).fill(0), n >> 8, n & 255])),
  );
  const right = signed(Uint8Array.of(1));
  const anyHalf = fc.oneof(half, fc.constantFrom(right.subarray(0, 32), right.subarray(32)));
  fc.assert(
    fc.property(anyHalf, anyHalf, (r, s) => {
      const signature = Buffer.concat([r, s]);
      const theirs = verify("sha256", Uint8Array.of(1), { key: publicKey, dsaEncoding }, signature);
      expect(verifyP256(key, Uint8Array.of(1), signature)).toBe(theirs);
    }),
  );
});

test("signatures whose r or s begins with a zero hold", () => {
  let short = 0;
  // One in 128 has one.
  for (let i = 0; short < 5; i++) {
    const bytes = Uint8Array.of(i >> 8, i & 255);
    const signature = signed(bytes);
    if (signature[0] !== 0 && signature[32] !== 0) continue;
    expect(verifyP256(key, bytes, signature)).toBe(true);
    short++;
  }
});

test("what isn't 64 bytes, or under no key, holds never", () => {
  const right = signed(Uint8Array.of(1));
  expect(verifyP256(key, Uint8Array.of(1), right.subarray(0, 63))).toBe(false);
  expect(verifyP256(key, Uint8Array.of(1), Buffer.concat([right, Uint8Array.of(0)]))).toBe(false);
  const noPoint = `0x${"11".repeat(64)}` as const;
  expect(isSessionKey(noPoint)).toBe(false);
  expect(verifyP256(noPoint, Uint8Array.of(1), right)).toBe(false);
});
