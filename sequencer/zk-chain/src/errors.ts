import { CodedError } from "@weft/protocol";

/** Why `submit` refuses a transaction. */
export type SubmitErrorCode =
  | "TX_MALFORMED"
  | "TX_TOO_LARGE"
  | "TX_TYPE_UNSUPPORTED"
  /** Signed for another chain, or for any (legacy without EIP-155). */
  | "TX_WRONG_CHAIN"
  | "TX_SIGNATURE_INVALID"
  | "ALREADY_KNOWN"
  | "NONCE_TOO_LOW"
  /** Too far past the account's nonce to wait for what is between. */
  | "NONCE_TOO_HIGH"
  | "INSUFFICIENT_FUNDS"
  | "INTRINSIC_GAS_TOO_LOW"
  /** Pays less than the next block's base fee. */
  | "FEE_TOO_LOW"
  /** More gas than a block, or a transaction by EIP-7825, may use. */
  | "GAS_LIMIT_EXCEEDED"
  /** Creation code above EIP-3860's limit. */
  | "INIT_CODE_TOO_LARGE"
  /** EIP-3607: the sender is a contract. */
  | "SENDER_NOT_EOA"
  /** Too many of this sender's transactions wait. */
  | "SENDER_LIMIT"
  | "MEMPOOL_FULL"
  /** Same sender and nonce as one that waits, and not 10 % more of both fees. */
  | "REPLACEMENT_UNDERPRICED"
  | "NO_GENESIS";

export type ZkChainErrorCode =
  | SubmitErrorCode
  | "GENESIS_EXISTS"
  | "GENESIS_INVALID"
  /** A block is built and neither committed nor discarded. */
  | "BUILD_PENDING"
  | "NO_BUILD"
  | "BUILD_MISMATCH"
  | "RELEASES_INVALID"
  /** `details.rule` names the broken rule. */
  | "BLOCK_INVALID"
  | "BLOCK_UNKNOWN"
  /** The state of that block isn't kept any more. */
  | "STATE_UNAVAILABLE"
  /** `details.data`: what the contract gave to `revert`, as Hex. */
  | "EXECUTION_REVERTED"
  /** `details.reason`: out of gas, invalid opcode and so on. */
  | "EXECUTION_FAILED"
  | "LOG_FILTER_INVALID"
  | "TOO_MANY_LOGS"
  | "REQUEST_INVALID"
  /** The directory can't be opened as the chain's store. */
  | "STORE_OPEN_FAILED"
  /** What is stored contradicts itself, or is of another version. */
  | "STORE_CORRUPT"
  /** The disk didn't take a block: nothing of it was written, and nothing is taken after. */
  | "STORE_FAILED"
  /** Somebody else writes to the store. */
  | "STORE_CONFLICT"
  /** The engine was closed. */
  | "CLOSED"
  /** Too many calls wait for the worker. */
  | "OVERLOADED"
  | "WORKER_STOPPED"
  /** A bug of ours inside the worker; `cause` has it. */
  | "INTERNAL";

/** Whatever the ZK chain refuses. */
export class ZkChainError extends CodedError<ZkChainErrorCode> {}
