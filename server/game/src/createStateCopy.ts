import type { Schema } from "@colyseus/schema";
import { copyState } from "./copyState.ts";
import { createChangeDropper } from "./dropChanges.ts";

/** A state apart from the one that it is a copy of, to be changed freely. */
export type StateCopy<State> = {
  readonly state: State;
  /** Makes it what `from` is, as `copyState` does. */
  update(from: State): void;
};

export function createStateCopy<State extends Schema>(
  StateClass: new () => State,
): StateCopy<State> {
  const state = new StateClass();
  const dropChanges = createChangeDropper(state);
  return {
    state,
    update(from) {
      copyState(from, state);
      dropChanges();
    },
  };
}
