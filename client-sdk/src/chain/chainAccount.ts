import {
  type Account,
  type Chain,
  createWalletClient,
  custom,
  http,
  type LocalAccount,
  type Transport,
  type WalletClient,
} from "viem";

/** A viem WalletClient with an account: one around a browser's wallet, which keeps its keys to itself. */
type ExternalWallet = WalletClient<Transport, Chain | undefined, Account>;

/** Whose transactions are sent: a key that is here, or a wallet elsewhere. */
export type ChainAccount = LocalAccount | ExternalWallet;

/** EIP-1193 wallets say this of a chain that they don't know. */
const CHAIN_UNKNOWN = 4902;

export function accountOf(account: ChainAccount): Account {
  return "account" in account ? account.account : account;
}

/**
 * A client that sends to a chain. A wallet elsewhere goes to that chain first, and learns of it if need be.
 * @throws what the wallet throws when the person says no
 */
export async function walletClientFor(
  account: ChainAccount,
  chain: Chain,
): Promise<WalletClient<Transport, Chain, Account>> {
  if (!("account" in account)) return createWalletClient({ account, chain, transport: http() });
  if ((await account.getChainId()) !== chain.id) await goTo(account, chain);
  return createWalletClient({ account: account.account, chain, transport: custom(account) });
}

async function goTo(wallet: ExternalWallet, chain: Chain): Promise<void> {
  try {
    await wallet.switchChain({ id: chain.id });
  } catch (error) {
    if (!isUnknownChain(error)) throw error;
    await wallet.addChain({ chain });
    await wallet.switchChain({ id: chain.id });
  }
}

/** Some wallets put the code into another error's cause. */
function isUnknownChain(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === CHAIN_UNKNOWN || (cause !== undefined && isUnknownChain(cause));
}
