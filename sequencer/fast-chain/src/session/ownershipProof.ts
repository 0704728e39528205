import {
  bytesToHex,
  type FastGenesis,
  FIELD_MODULUS,
  type Hash,
  type OpenSession,
  type OwnershipProof,
  ownershipBinding,
  ownershipPublicInputs,
  ownershipScope,
} from "@weft/protocol";
import { refuse } from "../errors.ts";
import { type Groth16Key, readGroth16Key, verifyGroth16 } from "../groth16/verifyGroth16.ts";

/** A login by ownership proof. */
export type OwnershipOpen = OpenSession & { readonly login: OwnershipProof };

export function isOwnershipOpen(open: OpenSession): open is OwnershipOpen {
  return open.login.type === "ownership";
}

/** Keys that are kept ready: one for each ledger that a process works with. */
const MAX_KEYS = 16;
const keys = new Map<string, Groth16Key>();

/** The key, made ready for use. @throws FastChainError OWNERSHIP_KEY_INVALID */
export function checkOwnershipKey(ownershipKey: Uint8Array): Groth16Key {
  const name = bytesToHex(ownershipKey);
  const known = keys.get(name);
  if (known !== undefined) return known;
  const key = readGroth16Key(ownershipKey);
  if (key === undefined) return refuse("OWNERSHIP_KEY_INVALID", "not a verification key");
  if (keys.size >= MAX_KEYS) forgetOldestKey();
  keys.set(name, key);
  return key;
}

function forgetOldestKey(): void {
  for (const [name, { gamma, delta }] of keys) {
    // Memory of WebAssembly, which no collector sees.
    gamma.destroy();
    delta.destroy();
    keys.delete(name);
    return;
  }
}

/**
 * What can be told of a proof without looking into it: a nullifier has one notation, or else a pass could have as
 * many sessions as its nullifier has names.
 * @throws FastChainError LOGIN_NULLIFIER_INVALID
 */
export function checkNullifier(nullifier: Hash): void {
  if (BigInt(nullifier) >= FIELD_MODULUS) {
    refuse("LOGIN_NULLIFIER_INVALID", "the nullifier isn't below the field's order", { nullifier });
  }
}

/**
 * Whether the proof holds for what the session is opened with. That its state root is one of the ZK chain's
 * is `checkLoginRoot`'s to tell. Takes some 10 ms.
 * @throws FastChainError LOGIN_NULLIFIER_INVALID, LOGIN_ROOT_UNKNOWN, LOGIN_PROOF_INVALID, OWNERSHIP_KEY_INVALID
 */
export function verifyOwnershipProof(genesis: FastGenesis, { grant, login }: OwnershipOpen): void {
  const { chainId: fastChainId, zkChainId, gamePass, ownershipKey } = genesis;
  const { season, nullifier, stateRoot } = login;
  checkNullifier(nullifier);
  if (BigInt(stateRoot) >= FIELD_MODULUS) {
    refuse("LOGIN_ROOT_UNKNOWN", "the state root isn't below the field's order", { stateRoot });
  }
  const inputs = ownershipPublicInputs({
    stateRoot: BigInt(stateRoot),
    contract: BigInt(gamePass),
    scope: ownershipScope({ zkChainId, fastChainId, game: grant.game, season }),
    nullifier: BigInt(nullifier),
    binding: ownershipBinding(fastChainId, grant),
  });
  if (!verifyGroth16(checkOwnershipKey(ownershipKey), login.proof, inputs)) {
    refuse("LOGIN_PROOF_INVALID", "the proof doesn't hold for this session");
  }
}
