import { type Address, type Hex, loginResources } from "@weft/protocol";
import { createSiweMessage } from "viem/siwe";
import { ClientError } from "../errors.ts";
import type { LoginContext, LoginMethod } from "./loginMethod.ts";

/** Signs for an address: a viem LocalAccount, or anything like it. */
type SigningAccount = {
  readonly address: Hex;
  signMessage(parameters: { message: string }): Promise<Hex>;
};
/** A viem WalletClient with an account, such as one around a browser's wallet. */
type SigningClient<Account extends { readonly address: Hex } = { readonly address: Hex }> = {
  readonly account: Account;
  signMessage(parameters: { account: Account; message: string }): Promise<Hex>;
};
export type LoginWallet = SigningAccount | SigningClient;

export type WalletLogin = {
  /** The wallet that owns the pass. Keys only: a contract's signature (ERC-1271) is refused. */
  readonly wallet: LoginWallet;
  /** The pass's token id. */
  readonly pass: bigint;
};

/** secp256k1: r ‖ s ‖ v. */
const SIGNATURE_HEX = /^0x[0-9a-f]{130}$/;

/** Login by an EIP-4361 message that names the grant and the pass, signed by the pass's owner. */
export function walletLogin({ wallet, pass }: WalletLogin): LoginMethod {
  const signer = "address" in wallet ? wallet : wallet.account;
  const owner = signer.address.toLowerCase() as Address;
  return {
    type: "wallet",
    defaultPayout: owner,
    async prove(context) {
      const { nonce } = await context.api.challenge();
      const message = createMessage(context, owner, pass, nonce);
      const signature = await sign(wallet, message);
      return { type: "wallet", message, signature, owner, pass: pass.toString() };
    },
  };
}

function createMessage(
  { grant, info, url, nowMs }: LoginContext,
  owner: Address,
  pass: bigint,
  nonce: string,
): string {
  try {
    return createSiweMessage({
      address: owner,
      domain: url.host,
      uri: url.href,
      version: "1",
      chainId: info.zkChainId,
      statement: "Log in to play. The resources say what is granted, and to which session key.",
      nonce,
      issuedAt: new Date(nowMs),
      expirationTime: new Date(grant.expiresAtMs),
      resources: [...loginResources(grant, pass)],
    });
  } catch (cause) {
    throw new ClientError("OPTIONS_INVALID", `no EIP-4361 message for ${url.host}`, { cause });
  }
}

async function sign(wallet: LoginWallet, message: string): Promise<Hex> {
  let signature: string;
  try {
    signature =
      "address" in wallet
        ? await wallet.signMessage({ message })
        : await wallet.signMessage({ account: wallet.account, message });
  } catch (cause) {
    throw new ClientError("WALLET_SIGNATURE_FAILED", "the wallet didn't sign", { cause });
  }
  const lower = signature.toLowerCase();
  if (SIGNATURE_HEX.test(lower)) return lower as Hex;
  throw new ClientError("WALLET_SIGNATURE_FAILED", "not a signature of a key, 65 bytes");
}
