import { type Block, hashHeader, transactionsRoot } from "@weft/protocol";
import { MAX_ZK_BLOCK_BYTES } from "../limits.ts";
import { invalidBlock } from "./invalidBlock.ts";

/** That hash, header and transactions belong together. @throws ZkChainError BLOCK_INVALID */
export function checkWholeBlock({ header, hash, transactions }: Block): void {
  if (hashHeader(header) !== hash) invalidBlock("hash", "the hash isn't the header's");
  if (transactionsRoot(transactions) !== header.transactionsRoot) {
    invalidBlock("transactionsRoot", "the transactions aren't the header's");
  }
  const sizeBytes = transactions.reduce((sum, { length }) => sum + length, 0);
  if (sizeBytes > MAX_ZK_BLOCK_BYTES) invalidBlock("size", `${sizeBytes} bytes`);
}
