import { type Address, type Hex, hexToBytes } from "@weft/protocol";
import { recoverMessageAddress } from "viem";
import { ClientError } from "../errors.ts";
import { type LoginWallet, signText, walletAddress } from "../login/loginWallet.ts";
import { deriveIdentity, identitySeed } from "./deriveIdentity.ts";
import { type Identity, identityMessage } from "./identity.ts";

/**
 * Makes a player's identity from one signature of their wallet. The same wallet gives the same identity, so it
 * needn't be kept; wallets that sign the same text differently each time (some shared among several devices) give another each time.
 * @throws ClientError WALLET_SIGNATURE_FAILED when the wallet doesn't sign, or isn't a key;
 * SESSION_KEY_FAILED where WebCrypto is missing: on http pages
 */
export async function createIdentity(wallet: LoginWallet): Promise<Identity> {
  requireWebCrypto();
  const message = identityMessage(walletAddress(wallet));
  const signature = await signText(wallet, message);
  await requireSignedBy(walletAddress(wallet), message, signature);
  return deriveIdentity(identitySeed(hexToBytes(signature)));
}

/**
 * An identity from its `seed`, without asking the wallet.
 * @throws ClientError OPTIONS_INVALID when it isn't one
 */
export async function restoreIdentity(seed: Hex): Promise<Identity> {
  requireWebCrypto();
  if (!/^0x[0-9a-f]{128}$/.test(seed)) {
    throw new ClientError("OPTIONS_INVALID", "an identity's seed is 64 bytes, in hexadecimal");
  }
  return deriveIdentity(hexToBytes(seed));
}

/** Another signer's signature would make an identity that nobody can make again. */
async function requireSignedBy(address: Address, message: string, signature: Hex): Promise<void> {
  const signer = await recoverMessageAddress({ message, signature }).catch((cause: unknown) => {
    throw new ClientError("WALLET_SIGNATURE_FAILED", "not a signature of a key", { cause });
  });
  if (signer.toLowerCase() === address) return;
  throw new ClientError("WALLET_SIGNATURE_FAILED", `the signature isn't that of ${address}`, {
    details: { signer },
  });
}

function requireWebCrypto(): void {
  if ((globalThis.crypto as Crypto | undefined)?.subtle !== undefined) return;
  throw new ClientError("SESSION_KEY_FAILED", "no WebCrypto here: browsers have it on https only");
}
