import type { Ledger } from "@weft/ledger";
import { type ChainId, type ChainNumber, CodedError, decodeFastTransaction } from "@weft/protocol";
import { NodeError } from "../errors.ts";

export type ChainIds = { readonly fastChainId: ChainId; readonly zkChainId: ChainId };

/**
 * Which of a ledger's chains is which, as its first blocks say.
 * @throws NodeError LEDGER_INVALID when they don't
 */
export function readChainIds(ledger: Pick<Ledger, "chainIds" | "blockByNumber">): ChainIds {
  for (const chainId of ledger.chainIds) {
    const [first] = ledger.blockByNumber(chainId, 0 as ChainNumber)?.transactions ?? [];
    const genesis = first && decodeGenesis(first);
    if (genesis?.chainId === chainId) return { fastChainId: chainId, zkChainId: genesis.zkChainId };
  }
  throw new NodeError("LEDGER_INVALID", "the ledger has no first block of a fast chain", {
    details: { chainIds: ledger.chainIds },
  });
}

function decodeGenesis(encoded: Uint8Array) {
  try {
    const transaction = decodeFastTransaction(encoded);
    return transaction.type === "genesis" ? transaction : undefined;
  } catch (error) {
    // The ZK chain's transactions are none of the fast chain's.
    if (error instanceof CodedError) return undefined;
    throw error;
  }
}
