import type { ChainNumber } from "@weft/protocol";
import type { LogFilter } from "@weft/zk-chain";
import { z } from "zod";
import { RpcError } from "../errors.ts";
import { formatLog } from "../formatZk.ts";
import { defineMethod } from "../method.ts";
import { type BlockRef, logFilter } from "../params.ts";
import { newestBlock, whenSequenced, type ZkContext } from "../zkContext.ts";

type Range = Pick<LogFilter, "fromNumber" | "toNumber">;

export function zkLogMethods(context: ZkContext) {
  const { chain } = context;

  /** Undefined when the range lies in the future. */
  async function range(filter: z.output<typeof logFilter>): Promise<Range | undefined> {
    if (filter.blockHash !== undefined) {
      const block = await chain.blockByHash(filter.blockHash);
      if (block === undefined) throw new RpcError("NOT_FOUND", `no block ${filter.blockHash}`);
      return { fromNumber: block.number, toNumber: block.number };
    }
    const newest = (await newestBlock(context)).number;
    const numberOf = (ref: BlockRef | undefined) =>
      (typeof ref === "object" && "number" in ref ? ref.number : newest) as ChainNumber;
    const fromNumber = numberOf(filter.fromBlock);
    const toNumber = numberOf(filter.toBlock);
    if (fromNumber > toNumber) throw new RpcError("INVALID_PARAMS", "fromBlock is above toBlock");
    if (fromNumber > newest) return undefined;
    return { fromNumber, toNumber: Math.min(toNumber, newest) as ChainNumber };
  }

  return {
    eth_getLogs: defineMethod(z.tuple([logFilter]), async ([filter]) => {
      const blocks = await range(filter);
      if (blocks === undefined) return [];
      const logs = await chain.logs({
        ...blocks,
        ...(filter.address && { addresses: filter.address }),
        ...(filter.topics && { topics: filter.topics }),
      });
      await whenSequenced(context, logs);
      return logs.map(formatLog);
    }),
  };
}
