import {
  type Address,
  type ChainId,
  hexToBytes,
  loginResources,
  type SessionGrant,
  type WalletProof,
} from "@weft/protocol";
import type { PrivateKeyAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";

/**
 * For tests and benchmarks: a login by a wallet, past any server.
 * @param pass need not be the wallet's: the fast chain alone can't tell
 * @param chainId the ZK chain's
 */
export async function testLogin(
  wallet: PrivateKeyAccount,
  grant: SessionGrant,
  pass: bigint,
  chainId: ChainId,
): Promise<WalletProof> {
  const message = createSiweMessage({
    address: wallet.address,
    chainId,
    domain: "localhost",
    nonce: "12345678",
    uri: "http://localhost",
    version: "1",
    resources: [...loginResources(grant, pass)],
  });
  const signature = hexToBytes(await wallet.signMessage({ message }));
  return {
    type: "wallet",
    message,
    signature,
    owner: wallet.address.toLowerCase() as Address,
    pass,
  };
}
