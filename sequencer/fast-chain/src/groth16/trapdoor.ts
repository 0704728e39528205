import { bn254 } from "@noble/curves/bn254.js";
import { concatBytes, hexToBytes } from "@weft/protocol";

// For tests: a verification key whose maker kept what a ceremony destroys, so that a proof of anything can be made
// without a circuit. The curve is another library's than the verifier's.

const { Fr } = bn254.fields;
const g1 = bn254.G1.Point.BASE;
const g2 = bn254.G2.Point.BASE;

const word = (value: bigint) => hexToBytes(`0x${value.toString(16).padStart(64, "0")}`);

export function encodeG1(scalar: bigint): Uint8Array {
  const { x, y } = g1.multiply(scalar).toAffine();
  return concatBytes(word(x), word(y));
}

export function encodeG2(scalar: bigint): Uint8Array {
  const { x, y } = g2.multiply(scalar).toAffine();
  return concatBytes(word(x.c1), word(x.c0), word(y.c1), word(y.c0));
}

export type Trapdoor = {
  /** For this many public inputs. */
  readonly key: Uint8Array;
  /** A proof that holds for these inputs; other `seed`, other proof. */
  prove(inputs: readonly bigint[], seed?: bigint): Uint8Array;
};

/** @param seed other keys for other seeds */
export function createTrapdoor(inputCount: number, seed = 1n): Trapdoor {
  const secret = (index: number) => Fr.create((seed + 1n) * 1_000_003n ** BigInt(index + 1));
  const [alpha, beta, gamma, delta] = [secret(0), secret(1), secret(2), secret(3)];
  const ic = Array.from({ length: inputCount + 1 }, (_, index) => secret(4 + index));
  return {
    key: concatBytes(encodeG1(alpha), ...[beta, gamma, delta].map(encodeG2), ...ic.map(encodeG1)),
    prove(inputs, proofSeed = 1n) {
      const a = Fr.create(proofSeed * 7_000_003n + 11n);
      const b = Fr.create(proofSeed * 9_000_011n + 13n);
      const sum = [1n, ...inputs].reduce(
        (all, input, i) => Fr.add(all, Fr.mul(input, ic[i] ?? 0n)),
        0n,
      );
      // e(A, B) = e(alpha, beta) · e(inputs, gamma) · e(C, delta), in exponents
      const rest = Fr.sub(Fr.sub(Fr.mul(a, b), Fr.mul(alpha, beta)), Fr.mul(sum, gamma));
      return concatBytes(encodeG1(a), encodeG2(b), encodeG1(Fr.div(rest, delta)));
    },
  };
}
