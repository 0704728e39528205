import type { ChainId } from "@weft/protocol";
import { hexToBytes, keccak256 } from "@weft/protocol";
import { z } from "zod";
import { toQuantity } from "../format.ts";
import { defineMethod } from "../method.ts";
import { data, noParams } from "../params.ts";

const CLIENT_VERSION = "weft/0.1.0";

/** Who answers, and for which chain: the same for both chains. */
export function chainMethods(chainId: ChainId) {
  return {
    web3_clientVersion: defineMethod(noParams, () => CLIENT_VERSION),
    web3_sha3: defineMethod(z.tuple([data]), ([bytes]) => keccak256(hexToBytes(bytes))),
    net_version: defineMethod(noParams, () => String(chainId)),
    net_listening: defineMethod(noParams, () => true),
    net_peerCount: defineMethod(noParams, () => "0x0"),
    eth_chainId: defineMethod(noParams, () => toQuantity(chainId)),
    eth_syncing: defineMethod(noParams, () => false),
    eth_mining: defineMethod(noParams, () => false),
    // A node keeps no keys.
    eth_accounts: defineMethod(noParams, () => []),
  };
}
