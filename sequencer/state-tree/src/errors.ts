import { CodedError } from "@weft/protocol";

export type StateTreeErrorCode =
  /** A key or value isn't a number of its range. */
  | "VALUE_INVALID"
  /** More keys written since the last root than `MAX_PENDING_WRITES`, or changes to take back than `MAX_JOURNAL_ENTRIES`. */
  | "TOO_MANY_WRITES"
  /** A block changes more than `MAX_BLOCK_CHANGES` leaves. */
  | "BLOCK_TOO_LARGE"
  /** All 2^32 leaves are taken. */
  | "TREE_FULL"
  /** No block of the history has this root or number: it is too old, or there never was one. */
  | "VERSION_UNKNOWN"
  /** Another block was committed since the fork was made. */
  | "FORK_STALE"
  /** The fork was committed. */
  | "FORK_DONE"
  /** The block's number doesn't follow the newest block's. Details: `expected`, `got`. */
  | "NUMBER_GAP"
  /** A root was asked for, or a block committed, inside a checkpoint. */
  | "CHECKPOINT_OPEN"
  /** A checkpoint was to be ended, and there is none. */
  | "CHECKPOINT_MISSING"
  /** The tree or the store is closed. */
  | "CLOSED"
  /** The directory can't be opened as a store. */
  | "STORE_OPEN_FAILED"
  /** What is stored contradicts itself, or isn't a state tree of this version. */
  | "STORE_CORRUPT"
  /** A block didn't reach the disk; nothing of it was written. Nothing is taken after. */
  | "STORE_FAILED"
  /** Somebody else wrote to the store. */
  | "STORE_CONFLICT";

/** A tree that was used wrongly, or a store that doesn't hold. */
export class StateTreeError extends CodedError<StateTreeErrorCode> {}
