import { bytesToBigint } from "@weft/protocol";
import { BN_SNARK1, Fr, G1, G2, init } from "mcl-wasm";

// BN254 as Ethereum's precompiles have it (EIP-196, EIP-197). mcl is a pairing library in WebAssembly: the fastest
// of those on npm by three times, and it answers malformed input with an exception, where others trap.
await init(BN_SNARK1);

/** Order of the field that coordinates are of. */
export const BASE_FIELD_MODULUS =
  0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

const COORDINATE_BYTES = 32;
export const G1_BYTES = 2 * COORDINATE_BYTES;
export const G2_BYTES = 4 * COORDINATE_BYTES;

/**
 * A point other than the one at infinity, in its only notation.
 * @param encoded x, y: 32 bytes each, big-endian
 * @returns undefined when the bytes aren't one
 */
export function readG1(encoded: Uint8Array): G1 | undefined {
  const coordinates = readCoordinates(encoded, G1_BYTES);
  if (coordinates === undefined) return undefined;
  const point = placed(new G1(), coordinates);
  // The curve's own order is the group's: a point on it is in the group.
  return point?.isValid() === true && !point.isZero() ? point : undefined;
}

/**
 * @param encoded x and y, the imaginary part of each before the real one: 32 bytes each, big-endian
 * @returns undefined when the bytes aren't a point on the twist and, which isn't the same, in the group
 */
export function readG2(encoded: Uint8Array): G2 | undefined {
  const coordinates = readCoordinates(encoded, G2_BYTES);
  if (coordinates === undefined) return undefined;
  const [x1 = "", x0 = "", y1 = "", y0 = ""] = coordinates;
  const point = placed(new G2(), [x0, x1, y0, y1]);
  const isInGroup = point?.isValid() === true && point.isValidOrder() && !point.isZero();
  return isInGroup ? point : undefined;
}

/** @param value below the group's order */
export function scalar(value: bigint): Fr {
  const element = new Fr();
  element.setStr(value.toString(16), 16);
  return element;
}

/** In hexadecimal; undefined when the length or a number is out of range: a second notation for the same point. */
function readCoordinates(encoded: Uint8Array, sizeBytes: number): string[] | undefined {
  if (encoded.length !== sizeBytes) return undefined;
  const coordinates: string[] = [];
  for (let at = 0; at < sizeBytes; at += COORDINATE_BYTES) {
    const value = bytesToBigint(encoded.subarray(at, at + COORDINATE_BYTES));
    if (value >= BASE_FIELD_MODULUS) return undefined;
    coordinates.push(value.toString(16));
  }
  return coordinates;
}

/** @returns undefined when mcl finds that the coordinates are of no point on the curve */
function placed<P extends G1 | G2>(point: P, coordinates: readonly string[]): P | undefined {
  try {
    // The leading 1 is mcl's mark of a point that isn't at infinity.
    point.setStr(`1 ${coordinates.join(" ")}`, 16);
    return point;
  } catch {
    return undefined;
  }
}
