import type { Ledger } from "@weft/ledger";
import type { ChainId, ChainNumber, LedgerHeight } from "@weft/protocol";
import type { BlockInfo, StateRef, ZkChain, ZkEngine } from "@weft/zk-chain";
import { RpcError } from "./errors.ts";
import type { BlockRef } from "./params.ts";
import type { PendingHashes } from "./pendingHashes.ts";

/** The ZK chain, without what makes blocks. */
export type ZkChainReader = Omit<
  ZkEngine,
  "buildGenesis" | "build" | "commit" | "discard" | "execute" | "nextReleaseNonce"
> &
  Pick<ZkChain, "onCommitted">;

/** What the ZK chain's methods work on. */
export type ZkContext = {
  readonly chain: ZkChainReader;
  readonly chainId: ChainId;
  readonly ledger: Ledger;
  /** What came in through JSON-RPC: what waits in the mempool, but for the node's own. */
  readonly pending: PendingHashes;
};

/** The newest block. @throws RpcError NOT_FOUND before the genesis */
export async function newestBlock({ chain }: ZkContext): Promise<BlockInfo> {
  const newest = await chain.newest();
  if (newest === undefined) throw new RpcError("NOT_FOUND", "the chain has no genesis yet");
  return newest;
}

/**
 * The block that a client means. Answered only once the block is on disk: what a client was told has
 * happened must not be forgotten.
 */
export async function findBlock(context: ZkContext, ref: BlockRef): Promise<BlockInfo | undefined> {
  const block = await lookUp(context, ref);
  if (block !== undefined) await context.ledger.whenDurable(block.header.height);
  return block;
}

async function lookUp(context: ZkContext, ref: BlockRef): Promise<BlockInfo | undefined> {
  // There is no block that is pending: what waits has no order yet. Wallets expect the newest then.
  if (ref === "latest" || ref === "pending") return newestBlock(context);
  if ("hash" in ref) return context.chain.blockByHash(ref.hash);
  return context.chain.blockByNumber(ref.number as ChainNumber);
}

/** Which state a client means. @throws RpcError NOT_FOUND for the hash of no block */
export async function stateRef(context: ZkContext, ref: BlockRef): Promise<StateRef> {
  if (ref === "latest" || ref === "pending") return ref;
  if ("number" in ref) return ref.number as ChainNumber;
  const block = await context.chain.blockByHash(ref.hash);
  if (block === undefined) throw new RpcError("NOT_FOUND", `there is no block ${ref.hash}`);
  return block.number;
}

/** Waits until everything that an answer speaks of is on disk. */
export async function whenSequenced(
  { ledger }: ZkContext,
  places: readonly { readonly blockHeight: LedgerHeight }[],
): Promise<void> {
  const heights = places.map(({ blockHeight }) => blockHeight);
  if (heights.length > 0) await ledger.whenDurable(Math.max(...heights) as LedgerHeight);
}
