import { ownershipArtifacts } from "@weft/circuits";
import { checkOwnershipKey } from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import {
  bytesEqual,
  bytesToHex,
  type ChainId,
  type ChainNumber,
  decodeFastTransaction,
  hexToBytes,
} from "@weft/protocol";
import { NodeError } from "./errors.ts";
import type { NodeSettings } from "./options.ts";

/**
 * The key that verifies ownership proofs: the one that the ledger began with; for a new ledger, the one that was
 * given, or that of the development set-up.
 * @throws NodeError OPTION_INVALID when the ledger began with another key than was given, or when what was given isn't
 * a key; CIRCUIT_KEY_DEVELOPMENT
 */
export function findOwnershipKey(settings: NodeSettings, ledger: Ledger): Uint8Array {
  const given = settings.ownershipKey;
  const stored = storedKey(ledger, settings.fastChainId);
  if (given !== undefined && stored !== undefined && !bytesEqual(given, stored)) {
    const problem = "ownershipKey: the ledger began with another key, and keeps it";
    throw new NodeError("OPTION_INVALID", problem, {
      details: { option: "ownershipKey", stored: bytesToHex(stored) },
    });
  }
  const key = stored ?? given ?? hexToBytes(ownershipArtifacts.verificationKey);
  checkKey(key);
  const isAllowed = settings.development || settings.allowDevelopmentCircuits;
  if (isDevelopmentKey(key) && !isAllowed) {
    throw new NodeError(
      "CIRCUIT_KEY_DEVELOPMENT",
      "ownership proofs would be verified with the key of the development set-up, whose makers may be able to log in " +
        "with any pass: give the `ownershipKey` of a ceremony, or `allowDevelopmentCircuits: true`",
    );
  }
  return key;
}

/** Whether a key is of the set-up in this repository, whose makers may be able to prove anything. */
function isDevelopmentKey(key: Uint8Array): boolean {
  const { development, verificationKey } = ownershipArtifacts;
  return development && bytesEqual(key, hexToBytes(verificationKey));
}

function storedKey(ledger: Ledger, fastChainId: ChainId): Uint8Array | undefined {
  const [encoded] = ledger.blockByNumber(fastChainId, 0 as ChainNumber)?.transactions ?? [];
  const genesis = encoded === undefined ? undefined : decodeFastTransaction(encoded);
  return genesis?.type === "genesis" ? genesis.ownershipKey : undefined;
}

function checkKey(key: Uint8Array): void {
  try {
    checkOwnershipKey(key);
  } catch (cause) {
    throw new NodeError("OPTION_INVALID", "ownershipKey: not a verification key of 832 bytes", {
      details: { option: "ownershipKey" },
      cause,
    });
  }
}
