import { poseidon2Hash } from "@zkpassport/poseidon2";
import type { Address, Hash } from "./bytes.ts";
import { CodedError } from "./errors.ts";

// The ZK chain's state, as a root commits to it. sequencer/state-tree/SPECIFICATION.md says all of it;
// here is what a reader needs who holds a root and a proof. Runs in browsers, in some 10 ms.

/** Order of BN254's scalar field. Field elements are numbers below it. */
export const FIELD_MODULUS = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
/** Siblings in a proof. */
export const STATE_TREE_DEPTH = 32;

/** What an account's leaves hold. */
export const STATE_LEAF = {
  /** `encodeBasicData`: zero when there is no account. */
  basicData: 0,
  /** keccak256 of the code; zero when there is none. */
  codeKeccak: 1,
  /** Poseidon2 over the code's 31-byte chunks; zero when there is no code. */
  codePoseidon2: 2,
  /** One storage slot. */
  storage: 3,
} as const;

export type StateLeafKind = (typeof STATE_LEAF)[keyof typeof STATE_LEAF];

/** "weft:v1" in ASCII: no other tree's keys are this one's. */
const KEY_DOMAIN = 0x776566743a7631n;
const ADDRESS_BITS = 160n;
const KIND_BITS = 8n;
const HALF_BITS = 128n;
const HALF_MASK = (1n << HALF_BITS) - 1n;

/**
 * The first input of a hash that belongs to the state: domain, kind and the rest, in one field element.
 * @param low 160 bits: an address, or a code's size
 */
export function domainInput(kind: number, low: bigint): bigint {
  return (((KEY_DOMAIN << KIND_BITS) | BigInt(kind)) << ADDRESS_BITS) | low;
}

/**
 * The three field elements whose Poseidon2 hash is a leaf's key.
 * @param slot of the storage, below 2^256; 0n for every other kind
 */
export function stateKeyInputs(
  address: Address,
  kind: StateLeafKind,
  slot = 0n,
): readonly [bigint, bigint, bigint] {
  const [slotHi, slotLo] = splitHalves(slot);
  return [domainInput(kind, BigInt(address)), slotHi, slotLo];
}

/** The key of a leaf. @param slot as for `stateKeyInputs` */
export function stateKey(address: Address, kind: StateLeafKind, slot = 0n): Hash {
  return fieldToHash(poseidon2Hash([...stateKeyInputs(address, kind, slot)]));
}

/** Upper and lower 128 bits of a number below 2^256, as leaves hold values and keys take slots. */
export function splitHalves(value: bigint): readonly [hi: bigint, lo: bigint] {
  return [value >> HALF_BITS, value & HALF_MASK];
}

/** 32 bytes, big-endian. */
export function fieldToHash(value: bigint): Hash {
  return `0x${value.toString(16).padStart(64, "0")}`;
}

/** An account's basic data, as EIP-7864 has it. */
export type BasicData = {
  /** Bytes of code, below 2^24. */
  readonly codeSize: number;
  /** Below 2^64. */
  readonly nonce: bigint;
  /** In wei, below 2^128. */
  readonly balance: bigint;
};

const NONCE_BITS = 64n;
const CODE_SIZE_BITS = 24n;

/**
 * Version (1 byte, 0), reserved (4, zero), code size (3), nonce (8), balance (16), big-endian: the lower
 * half of the value is the balance.
 * @throws StateProofError VALUE_INVALID when a part is out of its range
 */
export function encodeBasicData({ codeSize, nonce, balance }: BasicData): bigint {
  const fits = (value: bigint, bits: bigint) => value >= 0n && value < 1n << bits;
  const isSize = Number.isInteger(codeSize) && fits(BigInt(codeSize), CODE_SIZE_BITS);
  if (!isSize || !fits(nonce, NONCE_BITS) || !fits(balance, HALF_BITS)) {
    throw new StateProofError("VALUE_INVALID", "an account's data is out of range", {
      details: { codeSize, nonce, balance },
    });
  }
  return (((BigInt(codeSize) << NONCE_BITS) | nonce) << HALF_BITS) | balance;
}

/** @throws StateProofError VALUE_INVALID when version or reserved bytes aren't zero */
export function decodeBasicData(value: bigint): BasicData {
  const [hi, balance] = splitHalves(value);
  if (hi >> (NONCE_BITS + CODE_SIZE_BITS) !== 0n) {
    throw new StateProofError("VALUE_INVALID", "an account's data is of another version", {
      details: { value },
    });
  }
  return {
    codeSize: Number(hi >> NONCE_BITS),
    nonce: BigInt.asUintN(Number(NONCE_BITS), hi),
    balance,
  };
}

/**
 * Says what is under a key. All fields but the index are field elements: 32 bytes, big-endian.
 *
 * Where `leafKey` is `key`, the leaf holds the value. Otherwise the leaf is the one before `key` in
 * the order of keys, and `nextKey`, the one after it, shows that `key` isn't there: its value is zero.
 */
export type StateProof = {
  readonly root: Hash;
  readonly key: Hash;
  readonly leafKey: Hash;
  /** Upper 128 bits of the leaf's value. */
  readonly valueHi: Hash;
  /** Lower 128 bits. */
  readonly valueLo: Hash;
  /** The least key above the leaf's; zero when there is none. */
  readonly nextKey: Hash;
  /** The leaf's place, from 0 to 2^32 - 1. */
  readonly leafIndex: number;
  /** Beside the path from the leaf up to the root, the lowest first: `STATE_TREE_DEPTH` nodes. */
  readonly siblings: readonly Hash[];
};

export type StateProofErrorCode =
  /** A field isn't of the proof's format. Details: `field`. */
  | "PROOF_MALFORMED"
  /** The proof is for another root or key than asked for. Details: `field`. */
  | "PROOF_UNRELATED"
  /** The leaf and the siblings don't lead to the root. */
  | "ROOT_MISMATCH"
  /** The leaf is neither the key's nor the one before it. */
  | "LEAF_UNRELATED"
  /** A number doesn't fit into its place in the state. */
  | "VALUE_INVALID";

/** A proof that proves nothing. */
export class StateProofError extends CodedError<StateProofErrorCode> {}

/**
 * Verifies a proof from somebody who isn't trusted.
 * @param expected the root, from a source that is trusted, such as a block header, and the key that was asked for
 * @returns the value under the key, below 2^256; 0n when there is nothing
 * @throws StateProofError PROOF_MALFORMED, PROOF_UNRELATED, LEAF_UNRELATED, ROOT_MISMATCH
 */
export function verifyStateProof(
  expected: { readonly root: Hash; readonly key: Hash },
  proof: StateProof,
): bigint {
  if (typeof proof !== "object" || proof === null) throw malformed("proof");
  const root = parseField(proof, "root");
  const key = parseField(proof, "key");
  if (proof.root !== expected.root) throw unrelated("root");
  if (proof.key !== expected.key) throw unrelated("key");
  const leafKey = parseField(proof, "leafKey");
  const valueHi = parseHalf(proof, "valueHi");
  const valueLo = parseHalf(proof, "valueLo");
  const nextKey = parseField(proof, "nextKey");
  // Key zero is the first leaf's, which stands before all keys and is nobody's.
  const isMember = leafKey === key && key !== 0n;
  const isBefore = leafKey < key && (key < nextKey || nextKey === 0n);
  if (!isMember && !isBefore) {
    throw new StateProofError("LEAF_UNRELATED", "the leaf says nothing about the key");
  }
  const leaf = poseidon2Hash([leafKey, valueHi, valueLo, nextKey]);
  if (climb(leaf, parseIndex(proof), parseSiblings(proof)) !== root) {
    throw new StateProofError("ROOT_MISMATCH", "the proof leads to another root");
  }
  return isMember ? (valueHi << HALF_BITS) | valueLo : 0n;
}

function climb(leaf: bigint, index: number, siblings: readonly bigint[]): bigint {
  let node = leaf;
  let position = index;
  for (const sibling of siblings) {
    node = poseidon2Hash(position % 2 === 0 ? [node, sibling] : [sibling, node]);
    position = Math.floor(position / 2);
  }
  return node;
}

type FieldName = "root" | "key" | "leafKey" | "valueHi" | "valueLo" | "nextKey";

function parseField(proof: StateProof, field: FieldName): bigint {
  return parseElement(proof[field], field, FIELD_MODULUS);
}

function parseHalf(proof: StateProof, field: FieldName): bigint {
  return parseElement(proof[field], field, 1n << HALF_BITS);
}

function parseIndex({ leafIndex }: StateProof): number {
  const isIndex =
    Number.isInteger(leafIndex) && leafIndex >= 0 && leafIndex < 2 ** STATE_TREE_DEPTH;
  if (!isIndex) throw malformed("leafIndex");
  return leafIndex;
}

function parseSiblings({ siblings }: StateProof): bigint[] {
  if (!Array.isArray(siblings) || siblings.length !== STATE_TREE_DEPTH) throw malformed("siblings");
  return siblings.map((sibling, i) => parseElement(sibling, `siblings[${i}]`, FIELD_MODULUS));
}

/** One way only to write a number: two proofs that differ anywhere are different proofs. */
function parseElement(text: unknown, field: string, limit: bigint): bigint {
  if (typeof text !== "string" || !/^0x[0-9a-f]{64}$/.test(text)) throw malformed(field);
  const value = BigInt(text);
  if (value >= limit) throw malformed(field);
  return value;
}

function malformed(field: string): StateProofError {
  return new StateProofError("PROOF_MALFORMED", `not a state proof: ${field}`, {
    details: { field },
  });
}

function unrelated(field: string): StateProofError {
  return new StateProofError("PROOF_UNRELATED", `the proof is for another ${field}`, {
    details: { field },
  });
}
