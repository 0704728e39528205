import { recoverMessageSigner } from "@weft/ethereum";
import {
  type FastGenesis,
  type LoginProof,
  loginResources,
  type OpenSession,
} from "@weft/protocol";
import { parseSiweMessage } from "viem/siwe";
import { FastChainError, refuse } from "../errors.ts";
import { isSessionKey } from "../p256.ts";

/** The longest that one login lasts. */
export const MAX_SESSION_MS = 24 * 60 * 60 * 1000;

/**
 * Checks that a login proof is for this grant and genuine. Whether the pass was the signer's is a
 * question to the ZK chain's state at `zkNumber`.
 * @throws FastChainError LOGIN_MESSAGE_INVALID, LOGIN_SIGNATURE_INVALID
 */
export function verifyLogin(genesis: FastGenesis, { grant, login }: OpenSession): void {
  if (!isSessionKey(grant.sessionKey)) {
    refuse("LOGIN_MESSAGE_INVALID", "the session key isn't a point on P-256");
  }
  checkMessage(genesis, grant, login);
  if (signerOf(login) !== login.owner) {
    refuse("LOGIN_SIGNATURE_INVALID", "the message isn't signed by the address that it names");
  }
}

function checkMessage(genesis: FastGenesis, grant: OpenSession["grant"], login: LoginProof): void {
  const message = parseSiweMessage(login.message);
  if (message.address?.toLowerCase() !== login.owner) {
    refuse("LOGIN_MESSAGE_INVALID", "the message names another address");
  }
  if (message.chainId !== genesis.zkChainId) {
    refuse("LOGIN_MESSAGE_INVALID", "the message is for another chain", {
      chainId: message.chainId,
      expected: genesis.zkChainId,
    });
  }
  const expected = loginResources(grant, login.pass);
  const resources = message.resources ?? [];
  if (
    resources.length !== expected.length ||
    expected.some((resource, index) => resource !== resources[index])
  ) {
    refuse("LOGIN_MESSAGE_INVALID", "the message grants something else", { expected, resources });
  }
}

function signerOf({ message, signature }: LoginProof): string {
  try {
    return recoverMessageSigner(message, signature);
  } catch (cause) {
    throw new FastChainError("LOGIN_SIGNATURE_INVALID", "not a signature", { cause });
  }
}
