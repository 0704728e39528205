import { bytesToBigint, hexToBytes } from "@weft/protocol";
import type { SnarkjsG1, SnarkjsG2, SnarkjsProof, SnarkjsVerificationKey } from "snarkjs";
import { CircuitsError } from "./errors.ts";

// Proofs and keys as bytes: points as Ethereum's precompiles have them (EIP-197), coordinates of 32 bytes,
// big-endian, of a pair the imaginary part first. snarkjs has decimal strings, projective with a last coordinate
// of one, and the real part first.

/** Order of BN254's base field, whose elements are the coordinates. */
const BASE_FIELD_MODULUS = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
const COORDINATE_BYTES = 32;
const G1_COORDINATES = 2;
const G2_COORDINATES = 4;
const PROOF_COORDINATES = 2 * G1_COORDINATES + G2_COORDINATES;
/** Five public inputs and the constant one. */
const IC_POINTS = 6;
const PUBLIC_INPUTS = IC_POINTS - 1;
const KEY_COORDINATES = (1 + IC_POINTS) * G1_COORDINATES + 3 * G2_COORDINATES;

/** @returns A, B, C: 256 bytes */
export function proofToBytes(proof: SnarkjsProof): Uint8Array {
  return coordinatesToBytes([...fromG1(proof.pi_a), ...fromG2(proof.pi_b), ...fromG1(proof.pi_c)]);
}

/**
 * The other way. Whether the points are on their curves isn't looked at.
 * @throws CircuitsError PROOF_MALFORMED
 */
export function bytesToProof(bytes: Uint8Array): SnarkjsProof {
  const at = bytesToCoordinates(bytes, PROOF_COORDINATES);
  if (at === undefined) throw new CircuitsError("PROOF_MALFORMED", "bytes that aren't a proof");
  return {
    pi_a: toG1(at.slice(0, 2)),
    pi_b: toG2(at.slice(2, 6)),
    pi_c: toG1(at.slice(6, 8)),
    protocol: "groth16",
    curve: "bn128",
  };
}

/**
 * @returns alpha, beta, gamma, delta, and the points of the constant one and the public inputs: 832 bytes
 * @throws CircuitsError KEY_MALFORMED when it is for another number of public inputs than five
 */
export function verificationKeyToBytes(key: SnarkjsVerificationKey): Uint8Array {
  if (key.IC.length !== IC_POINTS) {
    throw new CircuitsError("KEY_MALFORMED", "a verification key of another circuit", {
      details: { points: key.IC.length },
    });
  }
  return coordinatesToBytes([
    ...fromG1(key.vk_alpha_1),
    ...[key.vk_beta_2, key.vk_gamma_2, key.vk_delta_2].flatMap(fromG2),
    ...key.IC.flatMap(fromG1),
  ]);
}

/** The other way. @throws CircuitsError KEY_MALFORMED */
export function bytesToVerificationKey(bytes: Uint8Array): SnarkjsVerificationKey {
  const at = bytesToCoordinates(bytes, KEY_COORDINATES);
  if (at === undefined) {
    throw new CircuitsError("KEY_MALFORMED", "bytes that aren't a verification key");
  }
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: PUBLIC_INPUTS,
    vk_alpha_1: toG1(at.slice(0, 2)),
    vk_beta_2: toG2(at.slice(2, 6)),
    vk_gamma_2: toG2(at.slice(6, 10)),
    vk_delta_2: toG2(at.slice(10, 14)),
    IC: Array.from({ length: IC_POINTS }, (_, i) => toG1(at.slice(14 + 2 * i, 16 + 2 * i))),
  };
}

function fromG1([x, y]: SnarkjsG1): bigint[] {
  return [BigInt(x), BigInt(y)];
}

function fromG2([[x0, x1], [y0, y1]]: SnarkjsG2): bigint[] {
  return [x1, x0, y1, y0].map(BigInt);
}

function toG1([x, y]: readonly bigint[]): SnarkjsG1 {
  return [`${x}`, `${y}`, "1"];
}

function toG2([x1, x0, y1, y0]: readonly bigint[]): SnarkjsG2 {
  return [
    [`${x0}`, `${x1}`],
    [`${y0}`, `${y1}`],
    ["1", "0"],
  ];
}

function coordinatesToBytes(coordinates: readonly bigint[]): Uint8Array {
  const digits = coordinates.map((at) => at.toString(16).padStart(2 * COORDINATE_BYTES, "0"));
  return hexToBytes(`0x${digits.join("")}`);
}

/** @returns undefined unless there are `count`, each below the field's order: points have one notation */
function bytesToCoordinates(bytes: Uint8Array, count: number): bigint[] | undefined {
  if (bytes.length !== count * COORDINATE_BYTES) return undefined;
  const coordinates = Array.from({ length: count }, (_, i) =>
    bytesToBigint(bytes.subarray(i * COORDINATE_BYTES, (i + 1) * COORDINATE_BYTES)),
  );
  return coordinates.every((at) => at < BASE_FIELD_MODULUS) ? coordinates : undefined;
}
