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
  /** The address and port can't be listened on. */
  | "LISTEN_FAILED";

/** What this package itself refuses. `toErrorObject` makes JSON-RPC errors of these and all others. */
export class RpcError extends CodedError<RpcErrorCode> {}
