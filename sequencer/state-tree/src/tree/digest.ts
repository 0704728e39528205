import { type Hash, STATE_TREE_DEPTH } from "@weft/protocol";
import { FIELD_BYTES, hashFields, hashPair } from "../poseidon2/poseidon2.ts";

/** A field element as the tree keeps its nodes: 32 bytes, little-endian, below the modulus. */
export type Digest = Uint8Array;

const WORD_BITS = 64n;

/** @param value below 2^256 */
export function writeUint256(
  target: DataView,
  offset: number,
  value: bigint,
  little: boolean,
): void {
  for (let word = 0; word < 4; word++) {
    const shift = WORD_BITS * BigInt(little ? word : 3 - word);
    // keeps the lowest 64 bits
    target.setBigUint64(offset + word * 8, value >> shift, little);
  }
}

export function readUint256(source: DataView, offset: number, little: boolean): bigint {
  let value = 0n;
  for (let word = 0; word < 4; word++) {
    const at = offset + 8 * (little ? 3 - word : word);
    value = (value << WORD_BITS) | source.getBigUint64(at, little);
  }
  return value;
}

export function digestOf(value: bigint): Digest {
  const digest = new Uint8Array(FIELD_BYTES);
  writeUint256(new DataView(digest.buffer), 0, value, true);
  return digest;
}

export function digestToField(digest: Digest): bigint {
  return readUint256(new DataView(digest.buffer, digest.byteOffset, FIELD_BYTES), 0, true);
}

export function digestToHash(digest: Digest): Hash {
  return `0x${Buffer.from(digest).reverse().toString("hex")}`;
}

/** Noir's and Barretenberg's `poseidon2Hash`. @param inputs field elements, at least one */
export function hashToField(inputs: readonly bigint[]): bigint {
  return digestToField(hashFields(inputs.map(digestOf)));
}

/** Roots of subtrees that no leaf is in, by level: 0 for a leaf's place, 32 for the whole tree. */
export const EMPTY_NODES: readonly Digest[] = emptyNodes();

function emptyNodes(): Digest[] {
  const nodes: Digest[] = [new Uint8Array(FIELD_BYTES)];
  for (let level = 0; level < STATE_TREE_DEPTH; level++) {
    const below = nodes[level] as Digest;
    nodes.push(hashPair(below, below));
  }
  return nodes;
}
