import { formatBlock, formatReceipt, formatTransaction } from "../formatZk.ts";
import { findBlock, type ZkContext } from "../zkContext.ts";
import { blockMethods } from "./blockMethods.ts";

export function zkBlockMethods(context: ZkContext) {
  const { chain } = context;
  return blockMethods({
    newestNumber: async () => (await findBlock(context, "latest"))?.number ?? 0,
    find: (ref) => findBlock(context, ref),
    async format(block, full) {
      if (!full) return formatBlock(block, block.transactionHashes);
      const transactions = (await chain.blockTransactions(block.number)) ?? [];
      return formatBlock(block, transactions.map(formatTransaction));
    },
    transactionCount: ({ transactionHashes }) => transactionHashes.length,
    receipts: async ({ number }) => ((await chain.blockReceipts(number)) ?? []).map(formatReceipt),
  });
}
