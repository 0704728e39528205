import { bn254 } from "@noble/curves/bn254.js";
import { concatBytes, FIELD_MODULUS, GROTH16_PROOF_BYTES, hexToBytes } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BASE_FIELD_MODULUS, readG1, readG2 } from "./points.ts";
import { createTrapdoor, encodeG1, encodeG2 } from "./trapdoor.ts";
import { type Groth16Key, readGroth16Key, verifyGroth16 } from "./verifyGroth16.ts";

const INPUTS = [1n, 0n, FIELD_MODULUS - 1n, 12345n, 2n ** 248n];
const trapdoor = createTrapdoor(INPUTS.length);
const key = readGroth16Key(trapdoor.key) as Groth16Key;
const proof = trapdoor.prove(INPUTS);
const holds = (bytes: Uint8Array, inputs: readonly bigint[] = INPUTS) =>
  verifyGroth16(key, bytes, inputs);

const word = (value: bigint) => hexToBytes(`0x${value.toString(16).padStart(64, "0")}`);
const wordAt = (bytes: Uint8Array, index: number) =>
  BigInt(`0x${Buffer.from(bytes.subarray(32 * index, 32 * index + 32)).toString("hex")}`);
const withWord = (bytes: Uint8Array, index: number, value: bigint) => {
  const copy = bytes.slice();
  copy.set(word(value), 32 * index);
  return copy;
};
const withPart = (bytes: Uint8Array, at: number, part: Uint8Array) => {
  const copy = bytes.slice();
  copy.set(part, at);
  return copy;
};

/** Points of the twist outside of the group: nearly all that are found by their x. */
function outsideOfGroup(): Uint8Array {
  const { Fp2 } = bn254.fields;
  const twistB = Fp2.div(Fp2.fromBigTuple([3n, 0n]), Fp2.fromBigTuple([9n, 1n]));
  for (let c0 = 1n; ; c0++) {
    const x = Fp2.fromBigTuple([c0, 1n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), twistB);
    try {
      const y = Fp2.sqrt(square);
      return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0));
    } catch {
      // not a square: no point has this x
    }
  }
}

describe("a proof", () => {
  test("holds for its inputs, in every form that a prover may choose", () => {
    expect(holds(proof)).toBe(true);
    expect(holds(trapdoor.prove(INPUTS, 5n))).toBe(true);
  });

  test("doesn't hold for any other inputs", () => {
    for (let index = 0; index < INPUTS.length; index++) {
      const changed = INPUTS.with(index, ((INPUTS[index] ?? 0n) + 1n) % FIELD_MODULUS);
      expect(holds(proof, changed)).toBe(false);
    }
    expect(holds(proof, INPUTS.toReversed())).toBe(false);
  });

  test("doesn't hold under another key", () => {
    const other = readGroth16Key(createTrapdoor(INPUTS.length, 2n).key) as Groth16Key;
    expect(verifyGroth16(other, proof, INPUTS)).toBe(false);
  });

  test("doesn't hold with a bit changed, wherever it is", () => {
    fc.assert(
      fc.property(fc.nat({ max: GROTH16_PROOF_BYTES * 8 - 1 }), (bit) => {
        const changed = proof.slice();
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(holds(changed)).toBe(false);
      }),
    );
  });

  test("doesn't hold as random bytes, or of another length", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(holds(bytes)).toBe(false);
      }),
    );
    expect(holds(proof.subarray(0, 255))).toBe(false);
    expect(holds(concatBytes(proof, Uint8Array.of(0)))).toBe(false);
  });

  test("doesn't hold with a part at infinity", () => {
    for (const [at, size] of [
      [0, 64],
      [64, 128],
      [192, 64],
    ] as const) {
      expect(holds(withPart(proof, at, new Uint8Array(size)))).toBe(false);
    }
    expect(holds(new Uint8Array(GROTH16_PROOF_BYTES))).toBe(false);
  });

  test("has one notation: a coordinate plus the field's order isn't another", () => {
    for (let index = 0; index < GROTH16_PROOF_BYTES / 32; index++) {
      const alias = wordAt(proof, index) + BASE_FIELD_MODULUS;
      expect(alias < 2n ** 256n).toBe(true);
      expect(holds(withWord(proof, index, alias))).toBe(false);
    }
  });

  test("doesn't hold with its parts swapped, or with the same point's other half", () => {
    expect(
      holds(concatBytes(proof.subarray(192), proof.subarray(64, 192), proof.subarray(0, 64))),
    ).toBe(false);
    expect(holds(withWord(proof, 1, BASE_FIELD_MODULUS - wordAt(proof, 1)))).toBe(false);
  });

  test("is never asked about with inputs that have another name, or too many of them", () => {
    expect(() => holds(proof, INPUTS.with(0, FIELD_MODULUS))).toThrow("element of the field");
    expect(() => holds(proof, INPUTS.with(0, -1n))).toThrow("element of the field");
    expect(() => holds(proof, INPUTS.slice(1))).toThrow("as many public inputs");
  });
});

describe("points", () => {
  const scalars = fc.bigInt({ min: 1n, max: FIELD_MODULUS - 1n });

  test("of the groups are read", () => {
    fc.assert(
      fc.property(scalars, (scalar) => {
        expect(readG1(encodeG1(scalar))).toBeDefined();
        expect(readG2(encodeG2(scalar))).toBeDefined();
      }),
      { numRuns: 20 },
    );
  });

  test("on the twist but outside of the group are refused", () => {
    const outside = outsideOfGroup();
    const parts = [0, 1, 2, 3].map((index) => wordAt(outside, index));
    const [x1 = 0n, x0 = 0n, y1 = 0n, y0 = 0n] = parts;
    const { Fp2 } = bn254.fields;
    const point = { x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1]) };
    const onTwist = bn254.G2.Point.fromAffine(point);
    // It satisfies the curve's equation, so that only the check of the group can refuse it.
    expect(onTwist.isTorsionFree()).toBe(false);
    expect(readG2(outside)).toBeUndefined();
    expect(holds(withPart(proof, 64, outside))).toBe(false);
  });

  test("off the curve are refused", () => {
    expect(readG1(concatBytes(word(1n), word(3n)))).toBeUndefined();
    expect(readG1(concatBytes(word(1n), word(2n)))).toBeDefined();
    expect(readG2(withWord(encodeG2(1n), 3, 5n))).toBeUndefined();
  });
});

test("bytes that aren't a key are told", () => {
  const { key: bytes } = trapdoor;
  expect(readGroth16Key(bytes)).toBeDefined();
  for (const wrong of [
    new Uint8Array(),
    new Uint8Array(bytes.length),
    bytes.subarray(0, 448),
    bytes.subarray(0, bytes.length - 1),
    withPart(bytes, 64, outsideOfGroup()),
    withWord(bytes, 0, BASE_FIELD_MODULUS),
    withWord(bytes, 14, 5n),
  ]) {
    expect(readGroth16Key(wrong)).toBeUndefined();
  }
});
