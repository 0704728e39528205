import { createWalletClient, defineChain, type Hex, http } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";

/** What EIP-1193 has a wallet throw. */
class ProviderError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

type Call = { readonly method: string; readonly params?: readonly unknown[] };
type SentTransaction = { to: Hex; data?: Hex; value?: Hex; from: Hex; gas?: Hex };

/** A browser's wallet (EIP-1193) that says yes to everything. It begins at a chain that no server here has. */
export function createWalletProvider() {
  const account = privateKeyToAccount(generatePrivateKey());
  const rpcUrls = new Map<number, string>();
  const asked: string[] = [];
  let chainId = 1;

  function switchTo(wanted: number): null {
    if (!rpcUrls.has(wanted)) throw new ProviderError(4902, "Unrecognized chain ID");
    chainId = wanted;
    return null;
  }

  function send({ to, data, value }: SentTransaction): Promise<Hex> {
    const url = rpcUrls.get(chainId) ?? "";
    const nativeCurrency = { name: "ZKPoW", symbol: "ZKPoW", decimals: 18 };
    const rpc = { default: { http: [url] } };
    const chain = defineChain({ id: chainId, name: "its own", nativeCurrency, rpcUrls: rpc });
    const client = createWalletClient({ account, chain, transport: http(url) });
    return client.sendTransaction({
      to,
      ...(data !== undefined && { data }),
      ...(value !== undefined && { value: BigInt(value) }),
    });
  }

  async function request({ method, params = [] }: Call): Promise<unknown> {
    asked.push(method);
    const [first] = params as [never];
    switch (method) {
      case "eth_requestAccounts":
      case "eth_accounts":
        return [account.address];
      case "eth_chainId":
        return `0x${chainId.toString(16)}`;
      case "wallet_addEthereumChain": {
        const { chainId: id, rpcUrls: urls } = first as { chainId: Hex; rpcUrls: string[] };
        rpcUrls.set(Number(id), urls[0] ?? "");
        return null;
      }
      case "wallet_switchEthereumChain":
        return switchTo(Number((first as { chainId: Hex }).chainId));
      case "personal_sign":
        return account.signMessage({ message: { raw: first as Hex } });
      case "eth_sendTransaction":
        return send(first as SentTransaction);
      default:
        throw new ProviderError(4200, `no ${method} here`);
    }
  }

  return { address: account.address, request, asked: asked as readonly string[] };
}
