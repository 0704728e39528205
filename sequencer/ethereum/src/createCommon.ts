import { type Common, createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import type { ChainId } from "@weft/protocol";
import { recoverPublicKey } from "./recoverPublicKey.ts";

/** The rules of both chains: Ethereum's hardfork Osaka under our chain id. */
export function createCommon(chainId: ChainId): Common {
  return createCustomCommon({ chainId, name: `weft-${chainId}` }, Mainnet, {
    hardfork: Hardfork.Osaka,
    customCrypto: { ecrecover: recoverPublicKey },
  });
}
