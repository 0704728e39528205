import type { Ledger } from "@weft/ledger";
import type { Block, ChainId, LedgerHeight } from "@weft/protocol";
import type { FastChainReader } from "./fastChainReader.ts";
import type { LedgerIndex } from "./ledgerIndex/ledgerIndex.ts";
import type { SignedReader } from "./ledgerIndex/signedReader.ts";
import type { ZkChainReader } from "./zkContext.ts";

/** What the `weft_*` methods that look things up work on: both chains, and what is in the ledger of them. */
export type WeftContext = {
  readonly ledger: Ledger;
  readonly fastChain: FastChainReader;
  readonly zkChain: ZkChainReader;
  readonly zkChainId: ChainId;
  readonly signed: SignedReader;
  readonly index: LedgerIndex;
};

/** A block that is on disk. */
export function durableBlock(ledger: Ledger, height: LedgerHeight): Block | undefined {
  return height <= (ledger.durableHeight ?? -1) ? ledger.blockByHeight(height) : undefined;
}
