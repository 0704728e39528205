import { CodedError, type Hex } from "@weft/protocol";
import { ErrorNumber, type JsonRpcErrorObject } from "./jsonRpc.ts";

/**
 * What clients decide by: they compare numbers, and match messages against Geth's wording. Codes that
 * are not in here get -32000 and their own message.
 */
const known: Readonly<Record<string, readonly [number: number, wording?: string]>> = {
  PARSE_ERROR: [ErrorNumber.parseError],
  INVALID_REQUEST: [ErrorNumber.invalidRequest],
  METHOD_NOT_FOUND: [ErrorNumber.methodNotFound],
  INVALID_PARAMS: [ErrorNumber.invalidParams],
  METHOD_UNSUPPORTED: [ErrorNumber.methodUnsupported],
  // As Geth has them: clients of filters begin anew on -32000, and others know what -32601 means.
  SUBSCRIPTIONS_UNAVAILABLE: [ErrorNumber.methodNotFound, "notifications not supported"],
  FILTER_UNKNOWN: [ErrorNumber.serverError, "filter not found"],
  NOT_FOUND: [ErrorNumber.notFound],
  TIMEOUT: [ErrorNumber.unavailable],
  RESPONSE_TOO_LARGE: [ErrorNumber.invalidParams],

  // transactions that are refused, on either chain
  TX_MALFORMED: [ErrorNumber.transactionRejected],
  TX_TOO_LARGE: [ErrorNumber.transactionRejected],
  TX_TYPE_UNSUPPORTED: [ErrorNumber.transactionRejected, "transaction type not supported"],
  TX_WRONG_CHAIN: [ErrorNumber.transactionRejected, "invalid chain id for signer"],
  TX_SIGNATURE_INVALID: [ErrorNumber.transactionRejected, "invalid sender"],
  TX_UNSUPPORTED: [ErrorNumber.transactionRejected],
  ALREADY_KNOWN: [ErrorNumber.transactionRejected, "already known"],
  NONCE_TOO_LOW: [ErrorNumber.transactionRejected, "nonce too low"],
  TX_NONCE_TOO_LOW: [ErrorNumber.transactionRejected, "nonce too low"],
  NONCE_TOO_HIGH: [ErrorNumber.transactionRejected, "nonce too high"],
  TX_NONCE_TOO_HIGH: [ErrorNumber.transactionRejected, "nonce too high"],
  INSUFFICIENT_FUNDS: [
    ErrorNumber.transactionRejected,
    "insufficient funds for gas * price + value",
  ],
  INSUFFICIENT_BALANCE: [
    ErrorNumber.transactionRejected,
    "insufficient funds for gas * price + value",
  ],
  AMOUNT_ZERO: [ErrorNumber.transactionRejected],
  BALANCE_OVERFLOW: [ErrorNumber.transactionRejected],
  INTRINSIC_GAS_TOO_LOW: [ErrorNumber.transactionRejected, "intrinsic gas too low"],
  FEE_TOO_LOW: [
    ErrorNumber.transactionRejected,
    "max fee per gas less than block base fee: transaction underpriced",
  ],
  GAS_LIMIT_EXCEEDED: [ErrorNumber.transactionRejected, "exceeds block gas limit"],
  INIT_CODE_TOO_LARGE: [ErrorNumber.transactionRejected, "max initcode size exceeded"],
  SENDER_NOT_EOA: [ErrorNumber.transactionRejected, "sender not an eoa"],
  SENDER_LIMIT: [ErrorNumber.transactionRejected, "account limit exceeded"],
  MEMPOOL_FULL: [ErrorNumber.transactionRejected, "txpool is full"],
  REPLACEMENT_UNDERPRICED: [ErrorNumber.transactionRejected, "replacement transaction underpriced"],

  // reads
  STATE_UNAVAILABLE: [ErrorNumber.notFound],
  BLOCK_UNKNOWN: [ErrorNumber.notFound],
  NO_GENESIS: [ErrorNumber.unavailable],
  LOG_FILTER_INVALID: [ErrorNumber.invalidParams],
  REQUEST_INVALID: [ErrorNumber.invalidParams],
  // Not -32005, which makes clients try the same again.
  TOO_MANY_LOGS: [ErrorNumber.invalidParams],

  // worth another try
  SUBSCRIPTION_LIMIT: [ErrorNumber.limitExceeded],
  FILTER_LIMIT: [ErrorNumber.limitExceeded],
  OVERLOADED: [ErrorNumber.limitExceeded],
  BLOCK_FULL: [ErrorNumber.limitExceeded],
  LISTENERS_EXCEEDED: [ErrorNumber.limitExceeded],
};

/** Errors whose message may name what is none of a client's business. */
const internal = new Set(["INTERNAL"]);

/** True for errors that say that something of ours is broken, rather than the request. */
export function isInternalError(error: unknown): boolean {
  return !(error instanceof CodedError) || internal.has(error.code);
}

/**
 * Any thrown value as a JSON-RPC error. `data` is `{ code, … }` with our own code and details, except
 * for reverts, where every client expects the bare bytes, and what EIP-7966 says.
 */
export function toErrorObject(error: unknown): JsonRpcErrorObject {
  if (!(error instanceof CodedError) || internal.has(error.code)) {
    return { code: ErrorNumber.internalError, message: "internal error" };
  }
  if (error.code === "EXECUTION_REVERTED") return revertObject(error);
  if (error.code === "TX_UNCONFIRMED") {
    return { code: ErrorNumber.unconfirmed, message: error.message, data: error.details.hash };
  }
  const [number, wording] = known[error.code] ?? [ErrorNumber.serverError];
  const message = wording === undefined ? error.message : `${wording}: ${error.message}`;
  return { code: number, message, data: { code: error.code, ...toJson(error.details) } };
}

function revertObject({ message, details }: CodedError): JsonRpcErrorObject {
  const data = (details.data as Hex | undefined) ?? "0x";
  const wording = message.startsWith("execution reverted")
    ? message
    : `execution reverted: ${message}`;
  return { code: ErrorNumber.executionReverted, message: wording, data };
}

/** Details as JSON can carry them: bigints as decimal text. */
function toJson(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    const text = JSON.stringify(details, (_, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    );
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {}; // a cycle: the code has to do
  }
}
