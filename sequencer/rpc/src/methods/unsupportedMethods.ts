import { z } from "zod";
import { RpcError } from "../errors.ts";
import { defineMethod } from "../method.ts";

const NO_KEYS = "the node keeps no keys: sign in the wallet, and use eth_sendRawTransaction";

/** What clients know from other nodes, and what to use here. */
const instead = {
  eth_getProof: "the state isn't in a Merkle Patricia trie: use weft_getStateProof",
  eth_sendTransaction: NO_KEYS,
  eth_sign: NO_KEYS,
  eth_signTransaction: NO_KEYS,
  eth_blobBaseFee: "there are no blobs",
};

export function unsupportedMethods() {
  return Object.fromEntries(
    Object.entries(instead).map(([method, why]) => [
      method,
      defineMethod(z.unknown(), () => {
        throw new RpcError("METHOD_UNSUPPORTED", `${method} is not supported: ${why}`);
      }),
    ]),
  );
}
