import { CodedError } from "@weft/protocol";

export type NodeErrorCode =
  /** An option can't be used. */
  | "OPTION_INVALID"
  /** Ownership proofs would be verified with a key of a set-up for development, on a node that isn't. */
  | "CIRCUIT_KEY_DEVELOPMENT"
  /** The operator's or the owner's transaction would revert, or did. Details: `errorName`, `args` where known. */
  | "OPERATOR_REVERTED"
  /** The operator's or the owner's transaction isn't in a block within its time; it may still get there. */
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
  | "SUPPLY_MISMATCH"
  /** A round began on the fast chain as the ZK chain doesn't know it. Details: `height`, `roundId`. */
  | "ROUND_UNREGISTERED"
  /** The ZK chain was told otherwise of a round than the fast chain has it. Details: `height`, `roundId`. */
  | "REPORT_MISMATCH"
  /** A login names a pass that its owner didn't have. Details: `height`, `sessionId`. */
  | "LOGIN_NOT_OWNER"
  /** The ledger has no block at a height below its head. Details: `height`. */
  | "BLOCK_MISSING"
  /** The node that is followed has another first block than was expected. Details: `ours`, `theirs`. */
  | "GENESIS_MISMATCH"
  /** The node that is followed has another block than it had. Details: `height`, `ours`, `theirs`. */
  | "LEDGER_FORKED"
  /** A node that follows another takes no transactions. */
  | "FOLLOWER_READ_ONLY";

/** Something that a whole node can't do. */
export class NodeError extends CodedError<NodeErrorCode> {}
