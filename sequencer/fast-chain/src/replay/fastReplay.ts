import type { Ledger } from "@weft/ledger";
import {
  type Address,
  assert,
  type Block,
  type Deposit,
  type FastTransaction,
  type Release,
  type RoomEvent,
} from "@weft/protocol";
import { applyBlock, applyGenesis } from "../applyBlock.ts";
import { type Checks, fullChecks, ownLedgerChecks } from "../checks.ts";
import type { FastSnapshot } from "../snapshot/fastSnapshot.ts";
import type { FastState } from "../state.ts";
import { type Observer, transitionAt } from "../transition.ts";
import type { RoomProgram, RoomRecord } from "../types.ts";
import { type ProgramSource, replayRoomEvent } from "./replayRoom.ts";

/** What a fast block has to do with the ZK chain: what it credits, and what it lets go. */
export type Crossings = {
  readonly deposits: readonly Deposit[];
  readonly releases: readonly Release[];
};

export type ReplayOptions = {
  /** Sees what is applied, after the room's game has run over it. */
  readonly observer?: Observer;
};

/**
 * Goes through the fast chain's blocks as a stranger would: checks every signature, every rule, every
 * state root, and runs the games again. What it can't see is the other chain: it gives the crossings
 * for that.
 */
export class FastReplay {
  readonly #ledger: Ledger;
  readonly #programs: ProgramSource;
  readonly #observer: Observer | undefined;
  readonly #running = new Map<Address, RoomProgram>();
  #state: FastState | undefined;

  /**
   * @param from where to begin, instead of at the chain's first block; the next block to apply is the
   * one after the snapshot's. Rooms that were open then are checked as far as the chain knows them.
   */
  constructor(
    ledger: Ledger,
    programs: ProgramSource = () => undefined,
    from?: Pick<FastSnapshot, "state">,
    { observer }: ReplayOptions = {},
  ) {
    this.#ledger = ledger;
    this.#programs = programs;
    this.#observer = observer;
    this.#state = from?.state;
  }

  get state(): FastState {
    assert(this.#state !== undefined, "asked for the state before the first block");
    return this.#state;
  }

  /** What all accounts have of an asset, together; nothing before the first block. */
  supply(asset: Address): bigint {
    return this.#state?.supply(asset) ?? 0n;
  }

  /** @throws FastChainError BLOCK_INVALID (with the refusal as its cause), STATE_ROOT_MISMATCH */
  apply(block: Block): Crossings {
    return this.#apply(block, fullChecks);
  }

  /**
   * For a block that was applied before, and comes from where it was put then: signatures are passed over.
   * @throws as `apply`
   */
  recall(block: Block): Crossings {
    return this.#apply(block, ownLedgerChecks);
  }

  #apply(block: Block, checks: Checks): Crossings {
    if (this.#state === undefined) {
      this.#state = applyGenesis(block);
      return { deposits: [], releases: [] };
    }
    const deposits: Deposit[] = [];
    const observer: Observer = {
      transaction: (transaction) => this.#onTransaction(transaction, deposits),
      roomEvent: (record, event) => this.#onRoomEvent(record, event),
    };
    const transition = transitionAt(this.#state, this.#ledger, checks, block);
    const releases = applyBlock({ ...transition, observer }, block);
    return { deposits, releases };
  }

  #onRoomEvent(record: RoomRecord, event: RoomEvent): void {
    const program = this.#running.get(record.room);
    if (program !== undefined) replayRoomEvent(program, record, event);
    if (event.type === "close") this.#running.delete(record.room);
    this.#observer?.roomEvent?.(record, event);
  }

  #onTransaction(transaction: FastTransaction, deposits: Deposit[]): void {
    if (transaction.type === "deposit") deposits.push(transaction);
    if (transaction.type === "createRoom") {
      const program = this.#programs(transaction);
      if (program !== undefined) this.#running.set(transaction.room, program);
    }
    this.#observer?.transaction?.(transaction);
  }
}
