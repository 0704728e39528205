import type { ChainNumber } from "@weft/protocol";
import type { ChainEvents } from "./chainEvents.ts";
import { ChainFeed } from "./chainFeed.ts";
import { RpcError } from "./errors.ts";
import { type FastContext, newestBlock } from "./fastContext.ts";
import { formatHeader } from "./formatFast.ts";
import { PendingHashes } from "./pendingHashes.ts";

/** The fast chain has no logs, and no transaction waits for longer than it takes to say so. */
export function createFastEvents(context: FastContext): ChainEvents {
  const { chain, ledger } = context;
  const { chainId } = chain;
  const blockAt = (number: number) => ledger.blockByNumber(chainId, number as ChainNumber);
  return {
    blocks: new ChainFeed({
      ledger,
      chainId,
      async load(number) {
        const block = blockAt(number);
        if (block === undefined) throw new RpcError("NOT_FOUND", `no block ${number}`);
        let head: string | undefined;
        return {
          headText() {
            head ??= JSON.stringify(formatHeader(block));
            return head;
          },
          logTexts: async () => [],
        };
      },
    }),
    pending: new PendingHashes(),
    newestNumber: async () => newestBlock(context).header.number,
    blockHash: (number) => blockAt(number)?.hash,
    findLogs: async () => [],
    logsBetween: async (_, __, lastNumber) => ({ logs: [], lastNumber }),
  };
}
