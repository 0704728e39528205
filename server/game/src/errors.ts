import { CodedError } from "@weft/protocol";

export type GameErrorCode =
  /** `defineGame` was given something that can't be a game. */
  | "DEFINITION_INVALID"
  /** The state holds something without a canonical encoding; the details say where. */
  | "STATE_UNENCODABLE"
  /** An action's code threw; the details name action and player. */
  | "ACTION_FAILED"
  /** Another part of the game's code threw; the details name it. */
  | "HOOK_FAILED"
  /** Game code called something that no replay could repeat; the message names what to use. */
  | "NONDETERMINISTIC_CALL"
  /** Game code returned a promise, or went on after it had returned. */
  | "ASYNC_GAME_CODE"
  /** `ctx.random` was asked for something that isn't there: an empty list, a reversed range. */
  | "RANDOM_INVALID"
  | "ROOM_FULL"
  /** A join of a lane or session that is in the room, or anything else about a lane that isn't. */
  | "PLAYER_INVALID"
  /** The room's clock would go backwards. */
  | "TICK_INVALID"
  /** A round where there is none, or a second one. */
  | "ROUND_INVALID"
  /** The game's `report` threw. */
  | "REPORT_FAILED"
  /** More prizes than the round's cap. */
  | "REPORT_OVER_CAP"
  /** A prize for somebody who isn't in the room. */
  | "MINT_TO_STRANGER"
  /** A prize without a name, with too long a one, or with one that the game didn't declare. */
  | "ITEM_INVALID"
  /** Results without a canonical encoding, or too large. */
  | "RESULTS_INVALID"
  /** The state holds what can't be saved, such as objects of the game's own classes. */
  | "SNAPSHOT_UNSUPPORTED"
  /** The bytes aren't a snapshot of this game. */
  | "SNAPSHOT_INVALID"
  /** `report` changed the state or used randomness: a round that is voided would then differ. */
  | "REPORT_CHANGED_STATE";

/** What goes wrong in or around game code. */
export class GameError extends CodedError<GameErrorCode> {}
