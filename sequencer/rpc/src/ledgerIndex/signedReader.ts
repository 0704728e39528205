import { createCommon, parseSignedTransaction } from "@weft/ethereum";
import { decodePortalCall, type PortalCall } from "@weft/fast-chain";
import type { Address, ChainId } from "@weft/protocol";

type Parsed = ReturnType<typeof parseSignedTransaction>;

export type SignedContent = {
  readonly from: Address;
  /** Absent where a contract was created. */
  readonly to: Address | undefined;
  readonly tx: Parsed["tx"];
};

/** Reads signed transactions of either chain that are in a block, and so are good ones. */
export interface SignedReader {
  zk(raw: Uint8Array): SignedContent;
  fast(raw: Uint8Array): SignedContent & { readonly portalCall: PortalCall | undefined };
}

export function createSignedReader(options: {
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  readonly portal: Address;
}): SignedReader {
  // Building a Common costs far more than reading a transaction.
  const fastCommon = createCommon(options.fastChainId);
  const zkCommon = createCommon(options.zkChainId);
  return {
    zk: (raw) => contentOf(parseSignedTransaction(raw, zkCommon)),
    fast(raw) {
      const content = contentOf(parseSignedTransaction(raw, fastCommon));
      const isPortal = content.to === options.portal;
      return { ...content, portalCall: isPortal ? decodePortalCall(content.tx.data) : undefined };
    },
  };
}

function contentOf({ tx, sender }: Parsed): SignedContent {
  return { from: sender as Address, to: tx.to?.toString().toLowerCase() as Address, tx };
}
