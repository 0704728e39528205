import { type Address, domainInput, type StateLeafKind, stateKeyInputs } from "@weft/protocol";
import { StateTreeError } from "./errors.ts";
import { MAX_HASH_INPUTS } from "./poseidon2/poseidon2.ts";
import { hashToField } from "./tree/digest.ts";

/** Bytes of code in one field element: as many as surely are below the modulus. */
const CHUNK_BYTES = 31;
/** Where a leaf's kind is in a key's hash: code hashes are of no leaf's kind. */
const CODE_DOMAIN = 4;
/** Bytes of code that can be hashed; the EVM takes 24,576. */
export const MAX_CODE_BYTES = (MAX_HASH_INPUTS - 1) * CHUNK_BYTES;

/**
 * The key of one of an account's leaves: the same as the protocol's `stateKey`, and seven times as fast.
 * @param slot of the storage, below 2^256; left out for every other kind
 */
export function leafKeyOf(address: Address, kind: StateLeafKind, slot = 0n): bigint {
  return hashToField(stateKeyInputs(address, kind, slot));
}

/**
 * What the leaf `codePoseidon2` holds: Poseidon2 over the code's size and its chunks of 31 bytes, big-endian,
 * the last one filled up with zeros. 0n for no code.
 * @throws StateTreeError VALUE_INVALID above `MAX_CODE_BYTES`
 */
export function hashCode(code: Uint8Array): bigint {
  if (code.length === 0) return 0n;
  if (code.length > MAX_CODE_BYTES) {
    throw new StateTreeError("VALUE_INVALID", "too much code", {
      details: { sizeBytes: code.length, limit: MAX_CODE_BYTES },
    });
  }
  const inputs = [domainInput(CODE_DOMAIN, BigInt(code.length))];
  for (let at = 0; at < code.length; at += CHUNK_BYTES) {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    chunk.set(code.subarray(at, at + CHUNK_BYTES));
    inputs.push(BigInt(`0x${chunk.toString("hex")}`));
  }
  return hashToField(inputs);
}
