import type { ChainId } from "@weft/protocol";
import { type LmdbFiles, placeUnder } from "./lmdbFiles.ts";

/** A chain, and its ends as the table of numbers has them. */
export type StoredChain = {
  readonly chainId: ChainId;
  readonly firstHeight: number;
  readonly lastNumber: number;
  readonly lastHeight: number;
};

/** The chains of a store, in the order in which they began. */
export function readStoredChains({ numbers }: LmdbFiles): StoredChain[] {
  const chains: StoredChain[] = [];
  // Each step jumps over one chain's entries, so this reads two keys a chain.
  for (let from = 0; ; ) {
    const [first] = numbers.getRange({ start: [from, 0], limit: 1 });
    if (first === undefined) break;
    const [chainId] = first.key;

    const [last = first] = numbers.getRange({
      start: [chainId, Number.MAX_SAFE_INTEGER],
      end: [chainId, 0],
      inclusiveEnd: true,
      reverse: true,
      limit: 1,
    });
    chains.push({
      chainId: chainId as ChainId,
      firstHeight: placeUnder(first.key, first.value),
      lastNumber: last.key[1],
      lastHeight: placeUnder(last.key, last.value),
    });
    from = chainId + 1;
  }
  return chains.sort((a, b) => a.firstHeight - b.firstHeight);
}
