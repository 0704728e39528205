import {
  type Block,
  type BlockHeader,
  type ChainId,
  type ChainNumber,
  chainId,
  hashHeader,
  type LedgerHeight,
  type TimestampMs,
  timestampMs,
  transactionsRoot,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@weft/protocol";
import type { BlockDraft } from "./ordering.ts";

/** For tests: two chains, and blocks that fit on them. */
export const FAST = chainId(7001);
export const ZK = chainId(7002);

export function draftOf(chain: ChainId, ...transactions: Uint8Array[]): BlockDraft {
  return { chainId: chain, transactions, stateRoot: ZERO_HASH, timestampMs: timestampMs(1000) };
}

/** Blocks of the given chains in that order, linked both ways; the nth holds the byte n and the padding. */
export function linkedBlocks(
  chains: readonly ChainId[],
  padding: (height: number) => Uint8Array = () => new Uint8Array(),
): Block[] {
  const blocks: Block[] = [];
  const chainHeads = new Map<ChainId, Block>();
  for (const chain of chains) {
    const chainHead = chainHeads.get(chain);
    const transactions = [Uint8Array.of(blocks.length % 256, ...padding(blocks.length))];
    const block = sealed(
      {
        height: blocks.length as LedgerHeight,
        parentHash: blocks.at(-1)?.hash ?? ZERO_HASH,
        chainId: chain,
        number: ((chainHead?.header.number ?? -1) + 1) as ChainNumber,
        chainParentHash: chainHead?.hash ?? ZERO_HASH,
        timestampMs: (1000 + blocks.length) as TimestampMs,
        transactionsRoot: transactionsRoot(transactions),
        stateRoot: ZERO_HASH,
        proposer: ZERO_ADDRESS,
      },
      transactions,
    );
    blocks.push(block);
    chainHeads.set(chain, block);
  }
  return blocks;
}

/** So many of `damageBlocks` are for after the damage. */
export const DAMAGE_APPENDED = 3;

/** A few hundred blocks, some in a leaf of LMDB's and some on pages of their own; the same each time. */
export function damageBlocks(): Block[] {
  const count = 300;
  const sizeOf = (height: number) => (height % 7 === 3 ? 5000 + 37 * height : (height * 53) % 900);
  const chains = Array.from({ length: count }, (_, height) => (height % 5 === 0 ? ZK : FAST));
  return linkedBlocks(chains, (height) => new Uint8Array(sizeOf(height)).fill(height));
}

/** A block whose hash fits its header, whatever that says. */
export function sealed(header: BlockHeader, transactions: readonly Uint8Array[]): Block {
  return { header, hash: hashHeader(header), transactions };
}
