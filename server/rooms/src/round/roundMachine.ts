import { MAX_REOPEN_MS, ZK_RETRY_MS } from "../limits.ts";

/**
 * The life of a room's rounds, as a pure state machine. Time and what is true of the room come in as an
 * observation; what is to be done comes out as an effect, whose outcome comes in again by `settle`.
 *
 *   lobby → opening → playing → sealing → reporting → lobby
 *
 * Opening and reporting wait for the ZK chain. A round that can't be opened or reported ends in the lobby
 * too. `stopped` is final.
 */
export type RoundState =
  | {
      readonly phase: "lobby";
      /** Since when there are players enough. */
      readonly readySinceMs: number | undefined;
      /** Not to be opened before: set after a failure. */
      readonly notBeforeMs: number;
      /** Failures to open in a row. */
      readonly failures: number;
      readonly startAsked: boolean;
    }
  | { readonly phase: "opening"; readonly failures: number }
  | { readonly phase: "playing" }
  | { readonly phase: "sealing"; readonly untilMs: number }
  | { readonly phase: "reporting" }
  | { readonly phase: "stopped" };

export type RoundPhase = RoundState["phase"];

export type RoundObservation = {
  readonly nowMs: number;
  readonly players: number;
  /** The game says that the round is over. */
  readonly over: boolean;
  /** Every lane that played is signed up to the round's end. */
  readonly allSealed: boolean;
};

export type RoundRulesOfRoom = {
  readonly minPlayers: number;
  readonly autoStart: boolean;
  readonly startDelayMs: number;
  readonly sealGraceMs: number;
};

/**
 * open: register the round on the ZK chain, then begin it. end: fix what counts and ask for seals.
 * report: say how it went, on both chains.
 */
export type RoundEffect = "open" | "end" | "report";
export type RoundStep = { readonly state: RoundState; readonly effect?: RoundEffect };

export function lobby(notBeforeMs = 0, failures = 0): RoundState {
  return { phase: "lobby", readySinceMs: undefined, notBeforeMs, failures, startAsked: false };
}

/** What follows from how things are now. Called often; without news it changes nothing. */
export function observeRound(
  state: RoundState,
  seen: RoundObservation,
  rules: RoundRulesOfRoom,
): RoundStep {
  switch (state.phase) {
    case "lobby":
      return observeLobby(state, seen, rules);
    case "playing":
      return seen.over
        ? { state: { phase: "sealing", untilMs: seen.nowMs + rules.sealGraceMs }, effect: "end" }
        : { state };
    case "sealing":
      return seen.allSealed || seen.nowMs >= state.untilMs
        ? { state: { phase: "reporting" }, effect: "report" }
        : { state };
    case "opening":
    case "reporting":
    case "stopped":
      return { state };
  }
}

function observeLobby(
  state: Extract<RoundState, { phase: "lobby" }>,
  { nowMs, players }: RoundObservation,
  rules: RoundRulesOfRoom,
): RoundStep {
  if (players < rules.minPlayers) {
    return state.readySinceMs === undefined ? { state } : { state: without(state) };
  }
  const readySinceMs = state.readySinceMs ?? nowMs;
  const waited = rules.autoStart && nowMs - readySinceMs >= rules.startDelayMs;
  if ((waited || state.startAsked) && nowMs >= state.notBeforeMs) {
    return { state: { phase: "opening", failures: state.failures }, effect: "open" };
  }
  return { state: { ...state, readySinceMs } };
}

const without = (state: Extract<RoundState, { phase: "lobby" }>): RoundState => ({
  ...state,
  readySinceMs: undefined,
});

/** Somebody asks for the next round: it opens as soon as there are players enough. */
export function askForRound(state: RoundState): RoundState {
  return state.phase === "lobby" ? { ...state, startAsked: true } : state;
}

export type RoundOutcome = "opened" | "openFailed" | "done";

/** What follows from how an effect went. `done`: the round is reported or void. */
export function settleRound(state: RoundState, outcome: RoundOutcome, nowMs: number): RoundState {
  if (state.phase === "stopped") return state;
  if (outcome === "done") return lobby();
  if (state.phase !== "opening") return state;
  if (outcome === "opened") return { phase: "playing" };
  const failures = state.failures + 1;
  return lobby(nowMs + reopenPauseMs(failures), failures);
}

/** Twice as long after each failure in a row, so that a chain that is down isn't crowded. */
export function reopenPauseMs(failures: number): number {
  return Math.min(MAX_REOPEN_MS, ZK_RETRY_MS * 2 ** failures);
}
