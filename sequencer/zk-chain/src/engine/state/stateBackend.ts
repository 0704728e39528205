import type { StateManagerInterface } from "@ethereumjs/common";
import type { ChainNumber, Hash } from "@weft/protocol";

/** The state while one block is executed. Dropping it, without `commit`, undoes the block. */
export interface StateFork {
  readonly state: StateManagerInterface;
  /** After the last transaction that was ended; of the block before, when none was. */
  readonly root: Hash;
  /** Ends a transaction: its writes can't be taken back any more. @returns the root after it */
  endTransaction(): Promise<Hash>;
  /** Makes this the newest state, under its block's number and its root. Once, as the last call. */
  commit(number: ChainNumber): Promise<void>;
}

/** Where the chain's state is kept, and what commits to it. */
export interface StateBackend {
  /** To execute the next block on. What is done to it nobody else sees. */
  fork(): Promise<StateFork>;
  /**
   * A throw-away copy of a committed state for reads and calls; its changes go nowhere.
   * @param root after a block of the last STATE_HISTORY_BLOCKS
   */
  view(root: Hash): Promise<StateManagerInterface>;
}
