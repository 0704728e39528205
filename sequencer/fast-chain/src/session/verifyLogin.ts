import type { FastGenesis, OpenSession } from "@weft/protocol";
import { refuse } from "../errors.ts";
import { isSessionKey } from "../p256.ts";
import { checkNullifier } from "./ownershipProof.ts";
import { verifyWalletProof } from "./walletProof.ts";

/** The longest that one login lasts. */
export const MAX_SESSION_MS = 24 * 60 * 60 * 1000;

/**
 * Checks that a login is for this grant and genuine, all but an ownership proof itself, which takes long:
 * `verifyOwnershipProof` does that.
 * @throws FastChainError LOGIN_MESSAGE_INVALID, LOGIN_SIGNATURE_INVALID, LOGIN_NULLIFIER_INVALID
 */
export function verifyLogin(genesis: FastGenesis, { grant, login }: OpenSession): void {
  if (!isSessionKey(grant.sessionKey)) {
    refuse("LOGIN_MESSAGE_INVALID", "the session key isn't a point on P-256");
  }
  if (login.type === "wallet") verifyWalletProof(genesis, grant, login);
  else checkNullifier(login.nullifier);
}
