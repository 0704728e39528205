import type { FastTransaction } from "@weft/protocol";
import { applyDeposit } from "./account/applyDeposit.ts";
import { applySigned, type Withdrawal } from "./account/applySigned.ts";
import { readTransfer } from "./account/readTransfer.ts";
import { refuse } from "./errors.ts";
import { applyCreateRoom } from "./room/applyCreateRoom.ts";
import { applyRoomEvents } from "./room/applyRoomEvents.ts";
import { applyCloseSession } from "./session/applyCloseSession.ts";
import { applyOpenSession } from "./session/applyOpenSession.ts";
import type { Transition } from "./transition.ts";
import type { Session } from "./types.ts";

/** What a transaction sets off outside the fast chain's state. */
export type Effects = {
  readonly withdrawal?: Withdrawal;
  readonly closed?: Session;
};

const NOTHING: Effects = {};

/**
 * The fast chain's state transition for one transaction.
 * @throws FastChainError or EthereumError when it is refused. Nothing has changed then, save for
 * `roomEvents`, whose events up to the refused one are applied: only blocks hold those, and a block
 * that fails ends the replay.
 */
export function applyTransaction(transition: Transition, transaction: FastTransaction): Effects {
  const { state } = transition;
  switch (transaction.type) {
    case "signed":
      return withdrawalEffect(
        applySigned(state, readTransfer(transaction.raw, state.genesis.chainId)),
      );
    case "deposit":
      applyDeposit(state, transaction);
      return NOTHING;
    case "openSession":
      return closedEffect(applyOpenSession(transition, transaction));
    case "closeSession":
      return closedEffect(applyCloseSession(state, transaction));
    case "createRoom":
      applyCreateRoom(transition, transaction);
      return NOTHING;
    case "roomEvents":
      applyRoomEvents(transition, transaction);
      return NOTHING;
    case "genesis":
      return refuse("GENESIS_MISPLACED", "a genesis transaction after the first block");
  }
}

const withdrawalEffect = (withdrawal: Withdrawal | undefined): Effects =>
  withdrawal === undefined ? NOTHING : { withdrawal };
const closedEffect = (closed: Session | undefined): Effects =>
  closed === undefined ? NOTHING : { closed };
