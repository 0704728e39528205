import { MAX_PROOF_SLOTS } from "@weft/zk-chain";
import { z } from "zod";
import { RpcError } from "../errors.ts";
import { defineMethod } from "../method.ts";
import { address, stateBlockRef, storageKey } from "../params.ts";
import { findBlock, type ZkContext } from "../zkContext.ts";

/** Proofs of the ZK chain's state, which Ethereum's method has no format for. */
export function zkProofMethods(context: ZkContext) {
  const { chain } = context;
  return {
    weft_getStateProof: defineMethod(
      z.tuple([
        address,
        z.array(storageKey).max(MAX_PROOF_SLOTS).optional(),
        stateBlockRef.optional(),
      ]),
      async ([account, slots = [], ref = "latest"]) => {
        const block = await findBlock(context, ref);
        if (block === undefined) throw new RpcError("NOT_FOUND", "there is no such block");
        return chain.stateProof(account, slots, block.number);
      },
    ),
  };
}
