import type { createCommon } from "@weft/ethereum";
import type { Ledger } from "@weft/ledger";
import type { Block, ChainNumber } from "@weft/protocol";
import { RpcError } from "./errors.ts";
import type { FastChainReader } from "./fastChainReader.ts";
import type { BlockRef } from "./params.ts";
import { sequencedHead } from "./sequencedHead.ts";

/** What the fast chain's methods work on. */
export type FastContext = {
  readonly chain: FastChainReader;
  readonly ledger: Ledger;
  /** Of the fast chain's id. */
  readonly common: ReturnType<typeof createCommon>;
};

/** The newest fast block that is on disk. @throws RpcError NOT_FOUND when there is none */
export function newestBlock({ chain, ledger }: FastContext): Block {
  const block = sequencedHead(ledger, chain.chainId);
  if (block === undefined) throw new RpcError("NOT_FOUND", "the chain has no genesis yet");
  return block;
}

/** The block that a client means, as far as it is on disk. */
export function findBlock(context: FastContext, ref: BlockRef): Block | undefined {
  const { chain, ledger } = context;
  if (ref === "latest" || ref === "pending") return newestBlock(context);
  const block =
    "hash" in ref
      ? ledger.blockByHash(ref.hash)
      : ledger.blockByNumber(chain.chainId, ref.number as ChainNumber);
  if (block === undefined || block.header.chainId !== chain.chainId) return undefined;
  return block.header.height <= (ledger.durableHeight ?? -1) ? block : undefined;
}

/** The fast chain keeps only its newest state. @throws RpcError NOT_FOUND for any other */
export function assertNewestState(context: FastContext, ref: BlockRef): void {
  if (ref === "latest" || ref === "pending") return;
  const block = findBlock(context, ref);
  if (block !== undefined && block.hash === newestBlock(context).hash) return;
  throw new RpcError("NOT_FOUND", "the fast chain keeps only its newest state");
}
