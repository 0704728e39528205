import { createCommon, parseSignedTransaction } from "@weft/ethereum";
import type { Address, ChainId } from "@weft/protocol";
import type { Transfer } from "./applySigned.ts";

/** Building a Common costs far more than reading a transaction; there is one chain id, or few in tests. */
const commons = new Map<ChainId, ReturnType<typeof createCommon>>();

function commonOf(chainId: ChainId) {
  const known = commons.get(chainId);
  if (known !== undefined) return known;
  const made = createCommon(chainId);
  commons.set(chainId, made);
  return made;
}

/**
 * Reads a signed Ethereum transaction and recovers its sender.
 * @throws EthereumError when it isn't one for this chain.
 */
export function readTransfer(raw: Uint8Array, chainId: ChainId): Transfer {
  const { tx, sender } = parseSignedTransaction(raw, commonOf(chainId));
  const to = tx.to?.toString().toLowerCase() as Address | undefined;
  return { sender, nonce: tx.nonce, to, value: tx.value, data: tx.data };
}
