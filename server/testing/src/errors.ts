import { CodedError } from "@weft/protocol";

export type TestingErrorCode =
  /** The game refused a simulated player's action. Details: `action`, `outcome`. */
  | "ACTION_REFUSED"
  /** A simulated player who has left was told to do something. */
  | "PLAYER_GONE"
  /** What was waited for didn't come. Details: `ticks`. */
  | "TICKS_EXHAUSTED"
  /** A recording isn't one, or is of another game. */
  | "RECORDING_INVALID"
  /** The same events lead elsewhere than when they were recorded. Details: `Divergence`. */
  | "DIVERGED"
  /** A test changed the state itself, so that its events alone don't lead there. */
  | "STATE_CHANGED_OUTSIDE";

/** What goes wrong in a test of a game. */
export class TestingError extends CodedError<TestingErrorCode> {}
