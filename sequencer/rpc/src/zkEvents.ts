import type { ChainNumber } from "@weft/protocol";
import {
  type BlockInfo,
  MAX_LOG_RANGE_BLOCKS,
  type PlacedLog,
  type Receipt,
  ZkChainError,
} from "@weft/zk-chain";
import type { ChainEvents, NewBlock } from "./chainEvents.ts";
import { ChainFeed } from "./chainFeed.ts";
import { RpcError } from "./errors.ts";
import { EMPTY_BLOOM } from "./format.ts";
import { formatHeader, formatLog, placedLogs } from "./formatZk.ts";
import { createLogMatcher, type LogCriteria } from "./logMatcher.ts";
import type { BlockRef, LogFilterParams } from "./params.ts";
import { findBlock, newestBlock, whenSequenced, type ZkContext } from "./zkContext.ts";

type Range = { readonly fromNumber: ChainNumber; readonly toNumber: ChainNumber };

export function createZkEvents(context: ZkContext): ChainEvents {
  const { chain, chainId, ledger } = context;
  const load = async (number: ChainNumber) => newBlock(context, await committed(context, number));

  async function logs(criteria: LogCriteria, range: Range) {
    const found = await chain.logs({ ...range, ...criteria });
    await whenSequenced(context, found);
    return found.map(formatLog);
  }

  return {
    blocks: new ChainFeed({ ledger, chainId, load }),
    pending: context.pending,
    async newestNumber() {
      const newest = await findBlock(context, "latest");
      return newest?.number ?? -1;
    },
    blockHash: (number) => ledger.blockByNumber(chainId, number as ChainNumber)?.hash,
    async findLogs(filter) {
      const range = await findRange(context, filter);
      return range === undefined ? [] : logs(filter.criteria, range);
    },
    async logsBetween(criteria, from, to) {
      const fromNumber = from as ChainNumber;
      const last = Math.min(to, from + MAX_LOG_RANGE_BLOCKS - 1);
      const upTo = async (lastNumber: number) => ({
        logs: await logs(criteria, { fromNumber, toNumber: lastNumber as ChainNumber }),
        lastNumber,
      });
      try {
        return await upTo(last);
      } catch (error) {
        const fits = lastThatFits(error);
        if (fits === undefined || fits < from) throw error;
        return upTo(fits);
      }
    },
  };
}

function lastThatFits(error: unknown): number | undefined {
  if (!(error instanceof ZkChainError) || error.code !== "TOO_MANY_LOGS") return undefined;
  return Number(error.details.upToNumber) - 1;
}

/** Undefined when the range lies in the future. */
async function findRange(context: ZkContext, filter: LogFilterParams): Promise<Range | undefined> {
  if (filter.blockHash !== undefined) {
    const block = await context.chain.blockByHash(filter.blockHash);
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

/** A block may be on disk a moment before the chain's own thread has taken it over. */
async function committed({ chain }: ZkContext, number: ChainNumber): Promise<BlockInfo> {
  const arrived = Promise.withResolvers<void>();
  const unsubscribe = chain.onCommitted((block) => {
    if (block.number >= number) arrived.resolve();
  });
  try {
    let block = await chain.blockByNumber(number);
    if (block === undefined) {
      await arrived.promise;
      block = await chain.blockByNumber(number);
    }
    if (block === undefined) throw new RpcError("NOT_FOUND", `no block ${number}`);
    return block;
  } finally {
    unsubscribe();
  }
}

function newBlock({ chain }: ZkContext, block: BlockInfo): NewBlock {
  let head: string | undefined;
  let logs: Promise<readonly PlacedLog[]> | undefined;
  const texts = new Map<PlacedLog, string>();
  const textOf = (log: PlacedLog): string => {
    const text = texts.get(log) ?? JSON.stringify(formatLog(log));
    texts.set(log, text);
    return text;
  };
  async function load(): Promise<readonly PlacedLog[]> {
    if (block.logsBloom === EMPTY_BLOOM) return [];
    const receipts: readonly Receipt[] = (await chain.blockReceipts(block.number)) ?? [];
    return receipts.flatMap(placedLogs);
  }
  return {
    headText() {
      head ??= JSON.stringify(formatHeader(block));
      return head;
    },
    async logTexts(criteria) {
      logs ??= load();
      return (await logs).filter(createLogMatcher(criteria)).map(textOf);
    },
  };
}
