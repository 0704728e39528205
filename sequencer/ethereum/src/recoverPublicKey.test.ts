import { ecrecover } from "@ethereumjs/util";
import fc from "fast-check";
import secp256k1 from "secp256k1";
import { expect, it } from "vitest";
import { recoverPublicKey } from "./recoverPublicKey.ts";

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

const outcome = (recover: () => Uint8Array) => {
  try {
    return recover();
  } catch {
    return "refused";
  }
};

it("agrees with EthereumJS on every signature, high s included, and on garbage", () => {
  fc.assert(
    fc.property(bytes32, bytes32, fc.boolean(), fc.boolean(), (hash, key, isHigh, isValid) => {
      fc.pre(secp256k1.privateKeyVerify(key));
      const { signature, recid } = secp256k1.ecdsaSign(hash, key);
      let s = signature.subarray(32);
      let v = recid + 27;
      if (isHigh) {
        const flipped = (order - BigInt(`0x${Buffer.from(s).toString("hex")}`)).toString(16);
        s = Buffer.from(flipped.padStart(64, "0"), "hex");
        v = 55 - v;
      }
      const r = isValid ? signature.subarray(0, 32) : hash;
      const ours = outcome(() => recoverPublicKey(hash, BigInt(v), r, s));
      expect(ours).toEqual(outcome(() => ecrecover(hash, BigInt(v), r, s)));
      if (isValid) expect(ours).toEqual(secp256k1.publicKeyCreate(key, false).subarray(1));
    }),
    { numRuns: 60 },
  );
});

it("refuses recovery ids other than 0 and 1", () => {
  const word = new Uint8Array(32).fill(1);
  expect(() => recoverPublicKey(word, 29n, word, word)).toThrow(RangeError);
  expect(() => recoverPublicKey(word, 37n, word, word, 2n)).toThrow(RangeError);
});
