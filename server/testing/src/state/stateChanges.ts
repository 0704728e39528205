import type { FlatState } from "./flattenState.ts";

/** From one state to the next: what a place holds now, null for one that is gone. */
export type StateChanges = { readonly [path: string]: string | null };

/** What changed between two states. */
export function diffStates(before: FlatState, after: FlatState): StateChanges {
  const changes: [string, string | null][] = [];
  for (const path of before.keys()) if (!after.has(path)) changes.push([path, null]);
  for (const [path, text] of after) if (before.get(path) !== text) changes.push([path, text]);
  return Object.fromEntries(changes);
}

/** Changes a state in place. */
export function applyChanges(state: FlatState, changes: StateChanges): FlatState {
  for (const [path, text] of Object.entries(changes)) {
    if (text === null) state.delete(path);
    else state.set(path, text);
  }
  return state;
}

/** One place at which two states differ. */
export type StateDifference = {
  readonly path: string;
  /** Undefined where there is nothing at that place. */
  readonly recorded: string | undefined;
  readonly actual: string | undefined;
};

/**
 * Where a state isn't as it was recorded: the game's state first, in its order, then players, round, clock and
 * randomness.
 */
export function compareStates(recorded: FlatState, actual: FlatState): StateDifference[] {
  const paths = new Set([...recorded.keys(), ...actual.keys()]);
  const differences = [...paths]
    .map((path) => ({ path, recorded: recorded.get(path), actual: actual.get(path) }))
    .filter((place) => place.recorded !== place.actual);
  const isState = ({ path }: StateDifference) => /^state[.[]|^state$/.test(path);
  return [...differences.filter(isState), ...differences.filter((place) => !isState(place))];
}
