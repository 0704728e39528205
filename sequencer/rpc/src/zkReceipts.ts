import type { Hash } from "@weft/protocol";
import type { ChainEvents } from "./chainEvents.ts";
import { RpcError } from "./errors.ts";
import { formatReceipt } from "./formatZk.ts";
import { whenSequenced, type ZkContext } from "./zkContext.ts";

type FormattedReceipt = ReturnType<typeof formatReceipt>;

/** Null for a transaction that is in no block; waits for the disk. */
export async function findReceipt(
  context: ZkContext,
  hash: Hash,
): Promise<FormattedReceipt | null> {
  const receipt = await context.chain.receipt(hash);
  if (receipt === undefined) return null;
  await whenSequenced(context, [receipt]);
  return formatReceipt(receipt);
}

/**
 * Submits a transaction and waits for its receipt. It listens from before that on, so that no block
 * is missed.
 * @throws RpcError TX_UNCONFIRMED after `timeoutMs`, SUBSCRIPTION_LIMIT; whatever `submit` throws
 */
export async function receiptOfSubmitted(
  context: ZkContext,
  events: ChainEvents,
  transaction: {
    readonly hash: Hash;
    readonly submit: () => Promise<unknown>;
    readonly timeoutMs: number;
  },
): Promise<FormattedReceipt> {
  const { hash, submit, timeoutMs } = transaction;
  const found = Promise.withResolvers<FormattedReceipt>();
  const unsubscribe = events.blocks.subscribe({
    async block() {
      const receipt = await findReceipt(context, hash);
      if (receipt !== null) found.resolve(receipt);
    },
    failed: found.reject,
  });
  // Both may fail, and nobody waits for the second one then.
  found.promise.catch(() => {});
  let timer: NodeJS.Timeout | undefined;
  try {
    await submit();
    timer = setTimeout(() => {
      const message = `sent, but in no block within ${timeoutMs} ms`;
      found.reject(new RpcError("TX_UNCONFIRMED", message, { details: { hash } }));
    }, timeoutMs);
    return await found.promise;
  } finally {
    clearTimeout(timer);
    unsubscribe();
  }
}
