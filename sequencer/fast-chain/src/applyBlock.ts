import {
  type Address,
  type Block,
  decodeFastTransaction,
  type FastGenesis,
  type Release,
} from "@weft/protocol";
import { applyTransaction } from "./applyTransaction.ts";
import { FastChainError, refuse } from "./errors.ts";
import { markRoundHeights } from "./room/applyRoomEvents.ts";
import { FastState } from "./state.ts";
import type { Transition } from "./transition.ts";

/** Reads the fast chain's first block and makes the state that it begins with. */
export function applyGenesis(block: Block): FastState {
  const [only, ...more] = block.transactions;
  const genesis = only === undefined ? undefined : decodeFastTransaction(only);
  if (genesis?.type !== "genesis" || more.length > 0 || block.header.number !== 0) {
    return refuse("BLOCK_INVALID", "the first block must hold the genesis and nothing else");
  }
  const state = new FastState(genesisOf(genesis));
  checkRoot(state, block);
  return state;
}

function genesisOf(transaction: FastGenesis): FastGenesis {
  const { chainId, zkChainId, portal, gamePass, ownershipKey, timestampMs } = transaction;
  return { chainId, zkChainId, portal, gamePass, ownershipKey, timestampMs };
}

/**
 * Applies an ordered block.
 * @returns what leaves the chain.
 * @throws FastChainError BLOCK_INVALID, with the refusal as its cause, or STATE_ROOT_MISMATCH. The
 * state is half changed then and of no more use.
 */
export function applyBlock(transition: Transition, block: Block): Release[] {
  const { height } = block.header;
  const releases: Release[] = [];
  const rooms = new Set<Address>();
  block.transactions.forEach((encoded, index) => {
    try {
      const transaction = decodeFastTransaction(encoded);
      const { withdrawal } = applyTransaction(transition, transaction);
      transition.observer?.transaction?.(transaction);
      if (withdrawal !== undefined) releases.push({ ...withdrawal, fromHeight: height });
      if (transaction.type === "roomEvents") rooms.add(transaction.room);
    } catch (cause) {
      throw new FastChainError("BLOCK_INVALID", `block ${height}, transaction ${index}`, {
        details: { height, index },
        cause,
      });
    }
  });
  transition.state.hashPlayed();
  checkRoot(transition.state, block);
  for (const room of rooms) markRoundHeights(transition.state, room, height);
  return releases;
}

function checkRoot(state: FastState, { header }: Block): void {
  const root = state.rootAt(header.timestampMs);
  if (root !== header.stateRoot) {
    refuse(
      "STATE_ROOT_MISMATCH",
      `block ${header.height} has root ${header.stateRoot}, not ${root}`,
      {
        height: header.height,
        expected: root,
      },
    );
  }
  state.commitRoot(header.timestampMs, root);
}
