import type { ChainAccount } from "@weft/client-sdk";
import { createWalletClient, custom, type EIP1193Provider } from "viem";
import { PageError } from "../PageError.ts";

function provider(): EIP1193Provider | undefined {
  return (globalThis as { ethereum?: EIP1193Provider }).ethereum;
}

export const hasBrowserWallet = (): boolean => provider() !== undefined;

/** The wallet that the person has in this browser, which asks them. @throws PageError WALLET_MISSING, WALLET_REFUSED */
export async function browserWallet(): Promise<Extract<ChainAccount, { account: unknown }>> {
  const ethereum = provider();
  if (ethereum === undefined) throw new PageError("WALLET_MISSING", "no wallet in this browser");
  try {
    const [address] = await ethereum.request({ method: "eth_requestAccounts" });
    if (address === undefined) throw new Error("the wallet has no account");
    return createWalletClient({ account: address, transport: custom(ethereum) });
  } catch (cause) {
    throw new PageError("WALLET_REFUSED", "the wallet gave no account", { cause });
  }
}
