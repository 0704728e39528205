import type { StateManagerInterface } from "@ethereumjs/common";
import type { Hash } from "@weft/protocol";

/** The state while one block is executed. Dropping it, without `commit`, undoes the block. */
export interface StateFork {
  readonly state: StateManagerInterface;
  /** Root of the state as it is now. */
  root(): Promise<Hash>;
  /** Keeps the state for `fork` and `view` under its root. Once, as the last call. */
  commit(): Promise<void>;
}

/**
 * Where the chain's state is kept, and what commits to it: the seam behind which the state tree can
 * be exchanged. The engine knows states by their roots only.
 */
export interface StateBackend {
  /** Root of the state with nothing in it. */
  readonly emptyRoot: Hash;
  /** The state to execute the block after `root` on. What is done to it nobody else sees. */
  fork(root: Hash): Promise<StateFork>;
  /** A throw-away copy for reads and calls; its changes go nowhere. */
  view(root: Hash): Promise<StateManagerInterface>;
}
