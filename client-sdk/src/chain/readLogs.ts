import type { Address } from "@weft/protocol";
import type { Abi, ContractEventName, GetContractEventsReturnType, PublicClient } from "viem";
import { LOG_HISTORY_BLOCKS, LOG_PAGE_BLOCKS } from "../limits.ts";

/**
 * A contract's events of one kind, oldest first, page by page, as far back as servers keep them.
 * @param args Indexed arguments to match.
 */
export async function readLogs<const A extends Abi, Name extends ContractEventName<A>>(
  zk: PublicClient,
  query: {
    readonly address: Address;
    readonly abi: A;
    readonly eventName: Name;
    readonly args?: Record<string, unknown>;
  },
): Promise<GetContractEventsReturnType<A, Name, true>> {
  const newest = await zk.getBlockNumber({ cacheTime: 0 });
  const oldest = newest > LOG_HISTORY_BLOCKS ? newest - LOG_HISTORY_BLOCKS : 0n;
  const logs: unknown[] = [];
  for (let fromBlock = oldest; fromBlock <= newest; fromBlock += LOG_PAGE_BLOCKS) {
    const last = fromBlock + LOG_PAGE_BLOCKS - 1n;
    const toBlock = last < newest ? last : newest;
    logs.push(
      ...(await zk.getContractEvents({ ...query, fromBlock, toBlock, strict: true } as never)),
    );
  }
  return logs as GetContractEventsReturnType<A, Name, true>;
}
