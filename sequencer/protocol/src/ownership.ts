import { poseidon2Hash } from "@zkpassport/poseidon2";
import type { ChainId } from "./brand.ts";
import type { Hash } from "./bytes.ts";
import { encodeToBytes, record, text, uint } from "./codec.ts";
import { assert } from "./errors.ts";
import { keccak256 } from "./hash.ts";
import { MAX_NAME_BYTES, MAX_SEASON } from "./limits.ts";
import { type SessionGrant, sessionIdOf } from "./session.ts";
import { domainInput, FIELD_MODULUS } from "./stateProof.ts";

// What a login by ownership proof is about. The statement is in circuits/ownership/ownership.circom; here are
// the numbers that both who proves and who verifies compute.

/** Poseidon2 domains beside those of the state tree. */
const COMMITMENT_KIND = 5;
const NULLIFIER_KIND = 6;

/** A hash of 256 bits loses 8 of them to be an element of the field. */
const SPARE_BITS = 8n;

/** The public inputs of the circuit. All are numbers below `FIELD_MODULUS`. */
export type OwnershipPublic = {
  /** Of the ZK chain. */
  readonly stateRoot: bigint;
  /** GamePass's address. */
  readonly contract: bigint;
  /** See `ownershipScope`. */
  readonly scope: bigint;
  /** See `ownershipNullifier`. */
  readonly nullifier: bigint;
  /** See `ownershipBinding`. */
  readonly binding: bigint;
};

/** The public inputs in the circuit's order. */
export function ownershipPublicInputs(inputs: OwnershipPublic): readonly bigint[] {
  const { stateRoot, contract, scope, nullifier, binding } = inputs;
  return [stateRoot, contract, scope, nullifier, binding];
}

export type OwnershipScope = {
  readonly zkChainId: ChainId;
  readonly fastChainId: ChainId;
  readonly game: string;
  /** Whole number from 0 to `MAX_SEASON`. */
  readonly season: number;
};

const scopeCodec = record<OwnershipScope & { domain: string }>({
  domain: text(32),
  zkChainId: uint(),
  fastChainId: uint(),
  game: text(MAX_NAME_BYTES),
  season: uint(MAX_SEASON),
});

/** In what a nullifier is a pass's only one: nobody can tell that those of two scopes are of the same pass. */
export function ownershipScope(scope: OwnershipScope): bigint {
  return hashToField(
    keccak256(encodeToBytes(scopeCodec, { domain: "weft scope", ...scope }, "scope")),
  );
}

/** Ties a proof to one session: its key, game, payout address, expiry and chain. */
export function ownershipBinding(fastChainId: ChainId, grant: SessionGrant): bigint {
  return hashToField(sessionIdOf(fastChainId, grant));
}

function hashToField(hash: Hash): bigint {
  return BigInt(hash) >> SPARE_BITS;
}

/** What a holder binds to a pass in GamePass. @param secret of the identity, below `FIELD_MODULUS` */
export function identityCommitment(secret: bigint): bigint {
  assertField(secret);
  return poseidon2Hash([domainInput(COMMITMENT_KIND, 0n), secret]);
}

/** What stands for a pass and its holder's secret in a scope. @param identity `tokenId` is below 2^64 */
export function ownershipNullifier(identity: {
  readonly secret: bigint;
  readonly tokenId: bigint;
  readonly scope: bigint;
}): bigint {
  const { secret, tokenId, scope } = identity;
  assertField(secret);
  assertField(scope);
  assert(tokenId >= 0n && tokenId < 1n << 64n, "a pass's number fits 64 bits");
  return poseidon2Hash([domainInput(NULLIFIER_KIND, tokenId), secret, scope]);
}

function assertField(value: bigint): void {
  assert(value >= 0n && value < FIELD_MODULUS, "an element of the field");
}
