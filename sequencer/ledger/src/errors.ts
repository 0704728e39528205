import { CodedError } from "@weft/protocol";

export type LedgerErrorCode =
  /** The block's height doesn't follow the head's. Details: `expected`, `got`. */
  | "HEIGHT_GAP"
  /** The block's parent hash isn't the head's hash. */
  | "PARENT_MISMATCH"
  /** The chain is none of this ledger's. */
  | "CHAIN_UNKNOWN"
  /** The block's number doesn't follow its chain's head. */
  | "NUMBER_GAP"
  /** The block's chain parent hash isn't the hash of its chain's head. */
  | "CHAIN_PARENT_MISMATCH"
  /** The block is older than the head. */
  | "TIMESTAMP_FELL"
  /** The header doesn't commit to these transactions. */
  | "TRANSACTIONS_ROOT_MISMATCH"
  /** The block's hash isn't that of its header. */
  | "HASH_MISMATCH"
  /** The block's encoding is above `MAX_BLOCK_BYTES`. */
  | "BLOCK_TOO_LARGE"
  /** More listeners and followers than `MAX_LISTENERS`. */
  | "LISTENERS_EXCEEDED"
  /** The ledger or the store is closed. */
  | "CLOSED"
  /** The directory can't be opened as a store. */
  | "STORE_OPEN_FAILED"
  /** Another process, or another part of this one, writes to the directory. Details: `dir`. */
  | "STORE_IN_USE"
  /** What is stored contradicts itself. Details: `height`. */
  | "STORE_CORRUPT"
  /** A write didn't reach the disk. Details: `durableHeight`, what did reach it. Nothing is taken after. */
  | "STORE_FAILED"
  /** The disk is behind by `MAX_PENDING_BLOCKS` or `MAX_PENDING_BYTES`: try again later. */
  | "STORE_BUSY";

/** A block that doesn't fit, or a store that doesn't hold. */
export class LedgerError extends CodedError<LedgerErrorCode> {}
