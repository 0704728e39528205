import { type CreateRoom, type Hash, type LedgerHeight, seedOf, ZERO_HASH } from "@weft/protocol";
import { refuse } from "../errors.ts";
import { NO_TIME } from "../state.ts";
import type { Transition } from "../transition.ts";

/**
 * How old the block behind a seed may be: blocks of the other chain can slip in between, but a host
 * must not choose among many.
 */
const MAX_SEED_AGE_BLOCKS = 8;

/** @throws FastChainError SEED_INVALID unless `seed` follows from a block that was just ordered. */
export function checkSeed(
  { ledger }: Transition,
  claim: { seed: Hash; seedHeight: LedgerHeight },
  subject: Hash,
): void {
  const age = ledger.headHeight() - claim.seedHeight;
  const blockHash = ledger.blockHash(claim.seedHeight);
  if (age < 0 || age > MAX_SEED_AGE_BLOCKS || blockHash === undefined) {
    refuse("SEED_INVALID", `the seed's block is ${age} blocks old, at most ${MAX_SEED_AGE_BLOCKS}`);
  } else if (seedOf(blockHash, subject) !== claim.seed) {
    refuse("SEED_INVALID", "the seed doesn't follow from its block");
  }
}

export function applyCreateRoom(transition: Transition, create: CreateRoom): void {
  const { state } = transition;
  const { room, name, game, gameHash, seed, seedHeight } = create;
  if (state.room(room) !== undefined) refuse("ROOM_EXISTS", `room ${room} exists`, { room });
  checkSeed(transition, create, room);
  state.setRoom({
    room,
    name,
    game,
    gameHash,
    seed,
    seedHeight,
    events: 0,
    nowMs: NO_TIME,
    lanes: [],
    stateHash: ZERO_HASH,
    rounds: 0,
    round: undefined,
    reported: undefined,
  });
}
