import { CodedError } from "@weft/protocol";

export type NodeErrorCode =
  /** An option can't be used. */
  | "OPTION_INVALID"
  /** The operator's transaction would revert, or did. Details: `errorName`, `args` where known. */
  | "OPERATOR_REVERTED"
  /** The operator's transaction isn't in a block within its time; it may still get there. */
  | "OPERATOR_TIMEOUT"
  /** The node had to stop: the disk, the EVM's worker or the chain failed. */
  | "NODE_FAILED"
  /** The node is stopping. */
  | "NODE_STOPPED"
  /** A block of the ledger doesn't stand up to being replayed. Details: `height`. */
  | "LEDGER_INVALID"
  /** Value crossed on one chain and not, or otherwise, on the other. Details: `height`. */
  | "CROSSING_MISMATCH"
  /** The portal doesn't hold what the fast chain owes. Details: `height`, `asset`, `held`, `owed`. */
  | "SUPPLY_MISMATCH";

/** Something that a whole node can't do. */
export class NodeError extends CodedError<NodeErrorCode> {}
