import type { Schema } from "@colyseus/schema";
import type { Game } from "@weft/game";
import { assertDeterministic } from "../assertDeterministic.ts";
import type { FlatState } from "../state/flattenState.ts";
import { diffStates } from "../state/stateChanges.ts";
import type { Inputs } from "../types.ts";
import type { RecordedRound, RecordedStep } from "./recordedRound.ts";
import { RoundRunner } from "./roundRunner.ts";

/**
 * Runs a round's events and adds to each what the game makes of it: outcomes, and from one event on the state. What is
 * there already, such as the hash at a ledger's checkpoint, must come out.
 * @param fromIndex the first event after which the state is written down
 * @throws TestingError DIVERGED, RECORDING_INVALID
 */
export function recordRound<State extends Schema, In extends Inputs>(
  game: Game<State, In>,
  round: RecordedRound,
  fromIndex = 0,
): RecordedRound {
  assertDeterministic(game, round);
  const runner = new RoundRunner(game as unknown as Game, round);
  let flat: FlatState = new Map();
  const steps = round.steps.map((step): RecordedStep => {
    const { outcome } = runner.apply(step.event);
    const ran = { ...step, ...(outcome === undefined ? {} : { outcome }) };
    if (step.index < fromIndex) return ran;
    const before = flat;
    flat = runner.flatState();
    return { ...ran, stateHash: runner.stateHash(), changes: diffStates(before, flat) };
  });
  return { ...round, steps };
}
