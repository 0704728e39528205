import type { ChainNumber } from "@weft/protocol";
import { MAX_FEE_HISTORY_BLOCKS } from "@weft/zk-chain";
import { z } from "zod";
import { toQuantity } from "../format.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, blockRef, noParams, smallQuantity } from "../params.ts";
import { newestBlock, type ZkContext } from "../zkContext.ts";

/** Some clients send the count as a JSON number. */
const count = z.union([z.int().min(0), smallQuantity]);

export function zkFeeMethods(context: ZkContext) {
  const { chain } = context;

  async function newestOf(ref: BlockRef): Promise<ChainNumber> {
    if (typeof ref === "object" && "number" in ref) return ref.number as ChainNumber;
    return (await newestBlock(context)).number;
  }

  return {
    eth_gasPrice: defineMethod(noParams, async () => toQuantity((await chain.fees()).gasPrice)),
    eth_maxPriorityFeePerGas: defineMethod(noParams, async () =>
      toQuantity((await chain.fees()).maxPriorityFeePerGas),
    ),
    eth_feeHistory: defineMethod(
      z.tuple([count, blockRef, z.array(z.number()).nullish()]),
      async ([count, ref, percentiles]) => {
        const history = await chain.feeHistory({
          count: Math.min(count, MAX_FEE_HISTORY_BLOCKS),
          newest: await newestOf(ref),
          ...(percentiles && { percentiles }),
        });
        return {
          oldestBlock: toQuantity(history.oldestNumber),
          baseFeePerGas: history.baseFeePerGas.map(toQuantity),
          gasUsedRatio: history.gasUsedRatio,
          ...(history.reward && { reward: history.reward.map((tips) => tips.map(toQuantity)) }),
        };
      },
    ),
  };
}
