import { type Address, loginResources } from "@weft/protocol";
import { createSiweMessage } from "viem/siwe";
import { ClientError } from "../errors.ts";
import type { LoginContext, LoginMethod } from "./loginMethod.ts";
import { type LoginWallet, signText, walletAddress } from "./loginWallet.ts";

export type WalletLogin = {
  /** The wallet that owns the pass. Keys only: a contract's signature (ERC-1271) is refused. */
  readonly wallet: LoginWallet;
  /** The pass's token id. */
  readonly pass: bigint;
};

/** Login by an EIP-4361 message that names the grant and the pass, signed by the pass's owner. */
export function walletLogin({ wallet, pass }: WalletLogin): LoginMethod {
  const owner = walletAddress(wallet);
  return {
    type: "wallet",
    defaultPayout: owner,
    async prove(context) {
      const { nonce } = await context.api.challenge();
      const message = createMessage(context, owner, pass, nonce);
      const signature = await signText(wallet, message);
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
