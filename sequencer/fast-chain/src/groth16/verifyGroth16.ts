import { assert, FIELD_MODULUS } from "@weft/protocol";
import {
  add,
  finalExp,
  type G1,
  type GT,
  millerLoop,
  mul,
  mulVec,
  neg,
  PrecomputedG2,
  pairing,
  precomputedMillerLoop2,
} from "mcl-wasm";
import { G1_BYTES, G2_BYTES, readG1, readG2, scalar } from "./points.ts";

/** A verification key, with what can be worked out of it beforehand. `gamma` and `delta` have to be destroyed after use. */
export type Groth16Key = {
  /** e(−alpha, beta) */
  readonly target: GT;
  readonly gamma: PrecomputedG2;
  readonly delta: PrecomputedG2;
  /** One point more than there are public inputs. */
  readonly ic: readonly G1[];
};

/** @returns undefined when the bytes aren't a key: alpha ‖ beta ‖ gamma ‖ delta ‖ IC */
export function readGroth16Key(encoded: Uint8Array): Groth16Key | undefined {
  const points = [G1_BYTES, G2_BYTES, G2_BYTES, G2_BYTES];
  const [alphaEnd, betaEnd, gammaEnd, icStart] = ends(points);
  const alpha = readG1(encoded.subarray(0, alphaEnd));
  const beta = readG2(encoded.subarray(alphaEnd, betaEnd));
  const gamma = readG2(encoded.subarray(betaEnd, gammaEnd));
  const delta = readG2(encoded.subarray(gammaEnd, icStart));
  const ic: G1[] = [];
  for (let at = icStart; at < encoded.length; at += G1_BYTES) {
    const point = readG1(encoded.subarray(at, at + G1_BYTES));
    if (point === undefined) return undefined;
    ic.push(point);
  }
  if (!alpha || !beta || !gamma || !delta || ic.length === 0) return undefined;
  return {
    target: pairing(neg(alpha), beta),
    gamma: new PrecomputedG2(gamma),
    delta: new PrecomputedG2(delta),
    ic,
  };
}

function ends([a = 0, b = 0, c = 0, d = 0]: readonly number[]) {
  return [a, a + b, a + b + c, a + b + c + d] as const;
}

/**
 * Whether a proof holds: e(A, B) = e(alpha, beta) · e(inputs, gamma) · e(C, delta).
 * @param proof A ‖ B ‖ C, see `GROTH16_PROOF_BYTES`; anything that isn't three points of their groups doesn't hold
 * @param inputs the public ones, each below `FIELD_MODULUS`: a greater one would be another name for a smaller one,
 * so whoever compares inputs must have refused it before
 */
export function verifyGroth16(
  key: Groth16Key,
  proof: Uint8Array,
  inputs: readonly bigint[],
): boolean {
  assert(inputs.length === key.ic.length - 1, "as many public inputs as the key is for");
  for (const input of inputs) {
    assert(input >= 0n && input < FIELD_MODULUS, "a public input is an element of the field");
  }
  const [aEnd, bEnd, cEnd] = ends([G1_BYTES, G2_BYTES, G1_BYTES]);
  if (proof.length !== cEnd) return false;
  const a = readG1(proof.subarray(0, aEnd));
  const b = readG2(proof.subarray(aEnd, bEnd));
  const c = readG1(proof.subarray(bEnd, cEnd));
  if (!a || !b || !c) return false;
  const fixed = precomputedMillerLoop2(inputPoint(key, inputs), key.gamma, c, key.delta);
  return finalExp(mul(millerLoop(neg(a), b), fixed)).isEqual(key.target);
}

/** IC₀ + Σ inputᵢ · ICᵢ₊₁ */
function inputPoint({ ic }: Groth16Key, inputs: readonly bigint[]): G1 {
  const [constant, ...points] = ic;
  assert(constant !== undefined, "a key has at least one point");
  return inputs.length === 0 ? constant : add(constant, mulVec(points, inputs.map(scalar)));
}
