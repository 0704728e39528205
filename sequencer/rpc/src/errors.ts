import { CodedError } from "@weft/protocol";

export type RpcErrorCode =
  /** The body isn't JSON. */
  | "PARSE_ERROR"
  /** JSON, but not a request; or a batch that is empty or too long. */
  | "INVALID_REQUEST"
  | "METHOD_NOT_FOUND"
  | "INVALID_PARAMS"
  /** A block, or the state of a block, that isn't there (any more). */
  | "NOT_FOUND"
  /** The answer would be above `MAX_RESPONSE_BYTES`. */
  | "RESPONSE_TOO_LARGE"
  /** Not answered within `CALL_TIMEOUT_MS`; what was asked for may still happen. */
  | "TIMEOUT"
  /** Known from Ethereum, and not to be had here; the message says what is. */
  | "METHOD_UNSUPPORTED"
  /** The transport can't tell a client of anything later. */
  | "SUBSCRIPTIONS_UNAVAILABLE"
  /** Too many on this connection, or in the node. */
  | "SUBSCRIPTION_LIMIT"
  | "FILTER_LIMIT"
  /** Never made, uninstalled, or not asked for `FILTER_IDLE_MS`. */
  | "FILTER_UNKNOWN"
  /** Of `eth_sendRawTransactionSync`: sent, and in no block in the time that was given. */
  | "TX_UNCONFIRMED"
  /** Too many requests at once. */
  | "OVERLOADED"
  /** The connection to a node that is followed can't be made, or broke: worth another try. */
  | "LEDGER_STREAM_LOST"
  /** What is followed isn't a Weft node, or one of another time. */
  | "LEDGER_STREAM_INVALID"
  /** The address and port can't be listened on. */
  | "LISTEN_FAILED";

/** What this package itself refuses. `toErrorObject` makes JSON-RPC errors of these and all others. */
export class RpcError extends CodedError<RpcErrorCode> {}
