import { z } from "zod";
import { toQuantity } from "../format.ts";
import { defineMethod } from "../method.ts";
import {
  accountOverrides,
  address,
  blockOverride,
  callRequest,
  stateBlockRef,
  storageKey,
} from "../params.ts";
import { stateRef, type ZkContext } from "../zkContext.ts";

const accountAt = z.tuple([address, stateBlockRef.optional()]);
const callAt = z
  .tuple([
    callRequest,
    stateBlockRef.optional(),
    accountOverrides.nullish(),
    blockOverride.nullish(),
  ])
  .transform(([request, ref, accounts, block]) => ({
    request,
    ref: ref ?? ("latest" as const),
    options: { ...(accounts && { accounts }), ...(block && { block }) },
  }));

/** Reads of accounts and contracts, and calls without a transaction. */
export function zkStateMethods(context: ZkContext) {
  const { chain } = context;
  return {
    eth_getBalance: defineMethod(accountAt, async ([address, ref = "latest"]) =>
      toQuantity(await chain.balance(address, await stateRef(context, ref))),
    ),
    eth_getTransactionCount: defineMethod(accountAt, async ([address, ref = "latest"]) =>
      toQuantity(await chain.nonce(address, await stateRef(context, ref))),
    ),
    eth_getCode: defineMethod(accountAt, async ([address, ref = "latest"]) =>
      chain.code(address, await stateRef(context, ref)),
    ),
    eth_getStorageAt: defineMethod(
      z.tuple([address, storageKey, stateBlockRef.optional()]),
      async ([address, slot, ref = "latest"]) =>
        chain.storage(address, slot, await stateRef(context, ref)),
    ),
    eth_call: defineMethod(callAt, async ({ request, ref, options }) =>
      chain.call(request, await stateRef(context, ref), options),
    ),
    eth_estimateGas: defineMethod(callAt, async ({ request, ref, options }) =>
      toQuantity(await chain.estimateGas(request, await stateRef(context, ref), options)),
    ),
    eth_createAccessList: defineMethod(callAt, async ({ request, ref, options }) => {
      const at = await stateRef(context, ref);
      const { gasUsed, ...result } = await chain.createAccessList(request, at, options);
      return { ...result, gasUsed: toQuantity(gasUsed) };
    }),
  };
}
