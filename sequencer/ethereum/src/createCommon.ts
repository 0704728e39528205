import { type Common, createCustomCommon, Hardfork, Mainnet } from "@ethereumjs/common";
import { paramsTx } from "@ethereumjs/tx";
import { type ChainId, keccak256Bytes } from "@weft/protocol";
import { recoverPublicKey } from "./recoverPublicKey.ts";

/** The rules of both chains: Ethereum's hardfork Osaka under our chain id. */
export function createCommon(chainId: ChainId): Common {
  const common = createCustomCommon({ chainId, name: `weft-${chainId}` }, Mainnet, {
    hardfork: Hardfork.Osaka,
    customCrypto: { ecrecover: recoverPublicKey, keccak256: keccak256Bytes },
  });
  // Each transaction would bring them along, and have all parameters merged anew: a tenth of a millisecond.
  common.updateParams(paramsTx);
  return common;
}
