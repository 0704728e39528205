import type { StateManagerInterface } from "@ethereumjs/common";
import type { Address, ChainNumber, Hash, StateProof } from "@weft/protocol";
import type { AccountProof } from "../../types.ts";
import type { RecordReader, StoreChange } from "../store/tables.ts";

/** The state while one block is executed. Dropping it, without `commit`, undoes the block. */
export interface StateFork {
  readonly state: StateManagerInterface;
  /** After the block before. */
  readonly parentRoot: Hash;
  /** Ends a transaction: its writes can't be taken back any more. */
  endTransaction(): Promise<void>;
  /** After each transaction that was ended, in order. Cheapest when it is asked for once, at the block's end. */
  roots(): Promise<readonly Hash[]>;
  /**
   * Makes this the newest state, under its block's number and its root, and writes the records with it: all
   * or nothing. Once, as the last call.
   */
  commit(number: ChainNumber, records: readonly StoreChange[]): Promise<void>;
}

/** Of an account's leaves, and of some of its slots in the order they were asked for. */
export type LeafProofs = Pick<AccountProof, "basicData" | "codeKeccak" | "codePoseidon2"> & {
  readonly storage: readonly StateProof[];
};

/** Where the chain's state is kept, what commits to it, and what is kept beside it. */
export interface StateBackend {
  readonly records: RecordReader;
  /** To execute the next block on. What is done to it nobody else sees. */
  fork(): Promise<StateFork>;
  /**
   * A throw-away copy of a committed state for reads and calls; its changes go nowhere.
   * @param root after a block of the last STATE_HISTORY_BLOCKS
   */
  view(root: Hash): Promise<StateManagerInterface>;
  /** @param root as for `view` */
  prove(root: Hash, address: Address, slots: readonly Hash[]): Promise<LeafProofs>;
  /**
   * Goes back to the state after a block, and writes the records with it.
   * @param number undefined for the state before the first block
   */
  rollBackTo(number: ChainNumber | undefined, records: readonly StoreChange[]): Promise<void>;
  /** Nothing else may be called afterwards. */
  close(): Promise<void>;
}
