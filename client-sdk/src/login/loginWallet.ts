import type { Address, Hex } from "@weft/protocol";
import { ClientError } from "../errors.ts";

/** Signs for an address: a viem LocalAccount, or anything like it. */
type SigningAccount = {
  readonly address: Hex;
  signMessage(parameters: { message: string }): Promise<Hex>;
};
/**
 * A viem WalletClient with an account, such as one around a browser's wallet. It is called with that very account, whose
 * type only the client knows.
 */
type SigningClient = {
  readonly account: { readonly address: Hex };
  signMessage(parameters: never): Promise<Hex>;
};
export type LoginWallet = SigningAccount | SigningClient;

/** secp256k1: r ‖ s ‖ v. */
const SIGNATURE_HEX = /^0x[0-9a-f]{130}$/;

/** Lower case. */
export function walletAddress(wallet: LoginWallet): Address {
  const signer = "address" in wallet ? wallet : wallet.account;
  return signer.address.toLowerCase() as Address;
}

/** @returns 65 bytes. @throws ClientError WALLET_SIGNATURE_FAILED */
export async function signText(wallet: LoginWallet, message: string): Promise<Hex> {
  let signature: string;
  try {
    signature =
      "address" in wallet
        ? await wallet.signMessage({ message })
        : await wallet.signMessage({ account: wallet.account, message } as never);
  } catch (cause) {
    throw new ClientError("WALLET_SIGNATURE_FAILED", "the wallet didn't sign", { cause });
  }
  const lower = signature.toLowerCase();
  if (SIGNATURE_HEX.test(lower)) return lower as Hex;
  throw new ClientError("WALLET_SIGNATURE_FAILED", "not a signature of a key, 65 bytes");
}
