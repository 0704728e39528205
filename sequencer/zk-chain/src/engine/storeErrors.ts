import { LedgerError, type LedgerErrorCode } from "@weft/ledger";
import { StateTreeError, type StateTreeErrorCode } from "@weft/state-tree";
import { ZkChainError, type ZkChainErrorCode } from "../errors.ts";

/** What a tree or store refuses that is no bug of ours. */
const CODES: Partial<Record<StateTreeErrorCode | LedgerErrorCode, ZkChainErrorCode>> = {
  VERSION_UNKNOWN: "STATE_UNAVAILABLE",
  STORE_OPEN_FAILED: "STORE_OPEN_FAILED",
  STORE_CORRUPT: "STORE_CORRUPT",
  STORE_FAILED: "STORE_FAILED",
  STORE_CONFLICT: "STORE_CONFLICT",
  CLOSED: "CLOSED",
};

/** A tree's error as one of the chain's; any other stays what it is. */
export function storeErrorToZkChainError(error: unknown): unknown {
  // The ledger's checks look at the data file before it is opened.
  if (!(error instanceof StateTreeError || error instanceof LedgerError)) return error;
  const code = CODES[error.code];
  if (code === undefined) return error;
  return new ZkChainError(code, error.message, { details: error.details, cause: error });
}

/** The same functions, but that they are refused with errors of the chain. */
export function withZkChainErrors<T extends object>(functions: T): T {
  const wrap =
    (call: (...args: readonly unknown[]) => Promise<unknown>) =>
    async (...args: readonly unknown[]) => {
      try {
        return await call(...args);
      } catch (error) {
        throw storeErrorToZkChainError(error);
      }
    };
  const entries = Object.entries(functions).map(([name, call]) => [name, wrap(call)]);
  return Object.fromEntries(entries) as T;
}
