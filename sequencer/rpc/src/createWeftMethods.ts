import { LedgerError } from "@weft/ledger";
import { LedgerIndex } from "./ledgerIndex/ledgerIndex.ts";
import { createSignedReader } from "./ledgerIndex/signedReader.ts";
import type { Method } from "./method.ts";
import { accountMethods } from "./methods/accountMethods.ts";
import { crossingMethods } from "./methods/crossingMethods.ts";
import { ledgerMethods } from "./methods/ledgerMethods.ts";
import { roomMethods } from "./methods/roomMethods.ts";
import { searchMethods } from "./methods/searchMethods.ts";
import { weftTransactionMethods } from "./methods/weftTransactionMethods.ts";
import type { RpcOptions } from "./startRpcServer.ts";

/** What Ethereum has no methods for: the same at both chains' addresses. */
export function createWeftMethods(options: RpcOptions): Readonly<Record<string, Method>> {
  const { ledger, zkChain, zkChainId, fastChain, onInternalError } = options;
  const { chainId: fastChainId, portal } = fastChain;
  const signed = createSignedReader({ fastChainId, zkChainId, portal });
  const index = new LedgerIndex({
    ledger,
    fastChainId,
    signed,
    onError(error) {
      if (error instanceof LedgerError && error.code === "CLOSED") return;
      onInternalError?.(error, "looking back in the ledger");
    },
  });
  const context = { ledger, fastChain, zkChain, zkChainId, signed, index };
  return {
    ...ledgerMethods({ ledger, fastChainId, zkChainId }),
    ...weftTransactionMethods(context),
    ...roomMethods(context),
    ...crossingMethods(context),
    ...accountMethods(context),
    ...searchMethods(context),
  };
}
