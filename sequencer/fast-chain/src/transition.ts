import type { Ledger } from "@weft/ledger";
import type { Block, FastTransaction, Hash, LedgerHeight, RoomEvent } from "@weft/protocol";
import type { Checks } from "./checks.ts";
import type { FastState } from "./state.ts";
import type { RoomRecord } from "./types.ts";

/** Sees what is applied, as it is: for whoever runs games again or collects crossings. */
export type Observer = {
  transaction?(transaction: FastTransaction): void;
  /** `record` is the room after the event. */
  roomEvent?(record: RoomRecord, event: RoomEvent): void;
};

/** What a transaction is applied to and judged by. */
export type Transition = {
  readonly state: FastState;
  readonly checks: Checks;
  readonly observer?: Observer;
  /** Blocks of both chains below the one that the transaction goes into. */
  readonly ledger: {
    /** Height of the newest of them. */
    headHeight(): LedgerHeight;
    /** Hash of one of them. */
    blockHash(height: LedgerHeight): Hash | undefined;
  };
};

/** The transition for what comes after the block at `headHeight`. */
export function transitionOn(
  state: FastState,
  ledger: Ledger,
  checks: Checks,
  headHeight: LedgerHeight,
): Transition {
  return {
    state,
    checks,
    ledger: {
      headHeight: () => headHeight,
      blockHash: (height) => ledger.blockByHeight(height)?.hash,
    },
  };
}

/** The transition for a block that is ordered already: it sees the blocks below it. */
export function transitionAt(
  state: FastState,
  ledger: Ledger,
  checks: Checks,
  block: Block,
): Transition {
  return transitionOn(state, ledger, checks, (block.header.height - 1) as LedgerHeight);
}
