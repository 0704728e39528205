import type { Ledger } from "@weft/ledger";
import type { Block, ChainId, ChainNumber } from "@weft/protocol";

/** The newest block of a chain that is on disk. */
export function sequencedHead(ledger: Ledger, chainId: ChainId): Block | undefined {
  let block = ledger.chainHead(chainId);
  const durable = ledger.durableHeight ?? -1;
  // A few steps at most: what isn't durable yet is younger than one commit.
  while (block !== undefined && block.header.height > durable) {
    const { number } = block.header;
    block = number === 0 ? undefined : ledger.blockByNumber(chainId, (number - 1) as ChainNumber);
  }
  return block;
}
