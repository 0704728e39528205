import { z } from "zod";
import type { ChainEvents } from "../chainEvents.ts";
import { RpcError } from "../errors.ts";
import { Filters } from "../filters.ts";
import { defineMethod } from "../method.ts";
import { logFilter, noParams } from "../params.ts";

const filterId = z.tuple([z.string().max(66)]);

/** For clients that poll. The same for both chains. */
export function filterMethods(events: ChainEvents) {
  const filters = new Filters(events);
  return {
    eth_newBlockFilter: defineMethod(noParams, () => filters.addBlocks()),
    eth_newPendingTransactionFilter: defineMethod(noParams, () => filters.addPending()),
    eth_newFilter: defineMethod(z.tuple([logFilter]), ([filter]) => {
      if (filter.blockHash === undefined) return filters.addLogs(filter);
      throw new RpcError("INVALID_PARAMS", "a block that is there has no new logs: no blockHash");
    }),
    eth_getFilterChanges: defineMethod(filterId, ([id]) => filters.changes(id)),
    eth_getFilterLogs: defineMethod(filterId, ([id]) => filters.all(id)),
    eth_uninstallFilter: defineMethod(filterId, ([id]) => filters.remove(id)),
  };
}
