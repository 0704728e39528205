import type { FlatState } from "../state/flattenState.ts";
import { diffStates } from "../state/stateChanges.ts";
import type { RecordedStep } from "./recordedRound.ts";
import type { RoundRunner, StepResult } from "./roundRunner.ts";

/** Runs events and writes down what they led to. */
export type Recorder = {
  readonly runner: RoundRunner;
  /** The state before the next step; empty before the first that is recorded. */
  flat: FlatState;
};

/**
 * Runs an event and adds what it led to.
 * @throws GameError when the game can't take it
 */
export function recordStep(
  recorder: Recorder,
  step: Pick<RecordedStep, "index" | "height" | "event">,
): { readonly step: RecordedStep; readonly result: StepResult } {
  const { runner, flat: before } = recorder;
  const result = runner.apply(step.event);
  const after = runner.flatState();
  recorder.flat = after;
  const { outcome } = result;
  return {
    result,
    step: {
      ...step,
      ...(outcome === undefined ? {} : { outcome }),
      stateHash: runner.stateHash(),
      changes: diffStates(before, after),
    },
  };
}
