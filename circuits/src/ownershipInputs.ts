import {
  type Address,
  FIELD_MODULUS,
  identityCommitment,
  ownershipNullifier,
  STATE_LEAF,
  STATE_TREE_DEPTH,
  type StateProof,
  splitHalves,
  stateKey,
  verifyStateProof,
} from "@weft/protocol";
import { CircuitsError } from "./errors.ts";

/** Who proves, what, for what: everything that a proof of ownership is made of. */
export type OwnershipWitness = {
  /** Of the identity that the pass is bound to, below the field's order. Stays with who proves. */
  readonly secret: bigint;
  /** The pass, below 2^64. Stays with who proves. */
  readonly tokenId: bigint;
  /** GamePass on the ZK chain. */
  readonly contract: Address;
  /** `ownershipScope` of the protocol. */
  readonly scope: bigint;
  /** `ownershipBinding` of the protocol. */
  readonly binding: bigint;
  /** Of the pass's slot in GamePass, against the root that the proof is made for. */
  readonly stateProof: StateProof;
};

/** The circuit's signals by name. */
export type OwnershipInputs = {
  readonly stateRoot: bigint;
  readonly contract: bigint;
  readonly scope: bigint;
  readonly nullifier: bigint;
  readonly binding: bigint;
  readonly secret: bigint;
  readonly tokenId: bigint;
  readonly valueHi: bigint;
  readonly valueLo: bigint;
  readonly nextKey: bigint;
  /** 32 bits, lowest first. */
  readonly leafIndex: readonly bigint[];
  /** 32, lowest first. */
  readonly siblings: readonly bigint[];
};

/** Passes are numbered in so many bits. */
const TOKEN_ID_LIMIT = 1n << 64n;
/** GamePass keeps the commitment of pass n in slot 2^64 + n. */
const FIRST_COMMITMENT_SLOT = 1n << 64n;

/** The key of the leaf in which the ZK chain's state has a pass's commitment. */
export function passKey(contract: Address, tokenId: bigint): ReturnType<typeof stateKey> {
  return stateKey(contract, STATE_LEAF.storage, FIRST_COMMITMENT_SLOT + tokenId);
}

/**
 * What goes into the circuit. A witness that the circuit would refuse is refused here, with the reason.
 * @throws CircuitsError WITNESS_INVALID, STATE_PROOF_INVALID, IDENTITY_NOT_BOUND
 */
export function ownershipInputs(witness: OwnershipWitness): OwnershipInputs {
  const { secret, tokenId, contract, scope, binding, stateProof } = witness;
  for (const field of ["secret", "scope", "binding"] as const) {
    checkRange(field, witness[field], FIELD_MODULUS);
  }
  checkRange("tokenId", tokenId, TOKEN_ID_LIMIT);
  const commitment = identityCommitment(secret);
  if (readCommitment(witness) !== commitment) {
    throw new CircuitsError("IDENTITY_NOT_BOUND", "the pass isn't bound to this identity");
  }
  const [valueHi, valueLo] = splitHalves(commitment);
  return {
    stateRoot: BigInt(stateProof.root),
    contract: BigInt(contract),
    scope,
    nullifier: ownershipNullifier({ secret, tokenId, scope }),
    binding,
    secret,
    tokenId,
    valueHi,
    valueLo,
    nextKey: BigInt(stateProof.nextKey),
    leafIndex: indexBits(stateProof.leafIndex),
    siblings: stateProof.siblings.map(BigInt),
  };
}

function readCommitment({ contract, tokenId, stateProof }: OwnershipWitness): bigint {
  try {
    const key = passKey(contract, tokenId);
    return verifyStateProof({ root: stateProof.root, key }, stateProof);
  } catch (cause) {
    throw new CircuitsError("STATE_PROOF_INVALID", "the proof of the pass's slot doesn't hold", {
      cause,
    });
  }
}

function checkRange(field: string, value: bigint, limit: bigint): void {
  if (typeof value === "bigint" && value >= 0n && value < limit) return;
  throw new CircuitsError("WITNESS_INVALID", `out of range: ${field}`, { details: { field } });
}

function indexBits(index: number): bigint[] {
  return Array.from({ length: STATE_TREE_DEPTH }, (_, bit) => BigInt((index >>> bit) & 1));
}
