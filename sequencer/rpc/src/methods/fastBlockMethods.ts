import { type FastContext, findBlock, newestBlock } from "../fastContext.ts";
import { formatBlock, formatReceipts } from "../formatFast.ts";
import { blockMethods } from "./blockMethods.ts";

export function fastBlockMethods(context: FastContext) {
  return blockMethods({
    newestNumber: () => newestBlock(context).header.number,
    find: (ref) => findBlock(context, ref),
    format: (block, full) => formatBlock(context, block, full),
    transactionCount: ({ transactions }) => transactions.length,
    receipts: (block) => formatReceipts(context, block),
  });
}
