import { z } from "zod";
import type { Caller } from "../caller.ts";
import type { ChainEvents } from "../chainEvents.ts";
import { RpcError } from "../errors.ts";
import type { LogCriteria } from "../logMatcher.ts";
import { defineMethod } from "../method.ts";
import { logFilter } from "../params.ts";

const subscribeParams = z.union(
  [
    z.tuple([z.literal("newHeads"), z.unknown().optional()]),
    z.tuple([z.literal("logs"), logFilter.nullish()]),
    z.tuple([z.literal("newPendingTransactions"), z.literal(false).nullish()]),
  ],
  { error: "expected newHeads, logs with a filter, or newPendingTransactions (hashes only)" },
);

/** For clients with a connection that stays. The same for both chains. */
export function subscriptionMethods(events: ChainEvents) {
  return {
    eth_subscribe: defineMethod(subscribeParams, (params, caller) => {
      const client = withConnection(caller);
      if (params[0] === "newHeads") return subscribeHeads(events, client);
      if (params[0] === "logs") return subscribeLogs(events, client, params[1]?.criteria ?? {});
      return client.subscribe(({ tell }) =>
        events.pending.subscribe((hash) => tell(JSON.stringify(hash))),
      );
    }),
    eth_unsubscribe: defineMethod(z.tuple([z.string().max(66)]), ([id], caller) =>
      withConnection(caller).unsubscribe(id),
    ),
  };
}

function subscribeHeads(events: ChainEvents, client: Caller) {
  return client.subscribe(({ tell, fail }) =>
    events.blocks.subscribe({ block: (block) => tell(block.headText()), failed: fail }),
  );
}

/** Of new blocks only: like other nodes, without a look at the filter's blocks. */
function subscribeLogs(events: ChainEvents, client: Caller, criteria: LogCriteria) {
  return client.subscribe(({ tell, fail }) =>
    events.blocks.subscribe({
      async block(block) {
        for (const log of await block.logTexts(criteria)) tell(log);
      },
      failed: fail,
    }),
  );
}

/** @throws RpcError SUBSCRIPTIONS_UNAVAILABLE */
function withConnection(caller: Caller | undefined): Caller {
  if (caller !== undefined) return caller;
  throw new RpcError(
    "SUBSCRIPTIONS_UNAVAILABLE",
    "a WebSocket is needed, at the same address; or poll eth_newFilter and its kin",
  );
}
