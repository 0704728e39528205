import { recoverMessageSigner } from "@weft/ethereum";
import {
  type FastGenesis,
  loginResources,
  type OpenSession,
  type WalletProof,
} from "@weft/protocol";
import { parseSiweMessage } from "viem/siwe";
import { FastChainError, refuse } from "../errors.ts";

/**
 * Checks that an EIP-4361 message is for this grant and signed by whom it names. Whether the pass was the signer's
 * is a question to the ZK chain's state at `zkNumber`.
 * @throws FastChainError LOGIN_MESSAGE_INVALID, LOGIN_SIGNATURE_INVALID
 */
export function verifyWalletProof(
  genesis: FastGenesis,
  grant: OpenSession["grant"],
  login: WalletProof,
): void {
  checkMessage(genesis, grant, login);
  if (signerOf(login) !== login.owner) {
    refuse("LOGIN_SIGNATURE_INVALID", "the message isn't signed by the address that it names");
  }
}

function checkMessage(genesis: FastGenesis, grant: OpenSession["grant"], login: WalletProof): void {
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

function signerOf({ message, signature }: WalletProof): string {
  try {
    return recoverMessageSigner(message, signature);
  } catch (cause) {
    throw new FastChainError("LOGIN_SIGNATURE_INVALID", "not a signature", { cause });
  }
}
