import { CodedError } from "@weft/protocol";

export type CliErrorCode =
  /** The command line can't be understood. */
  | "USAGE"
  /** A file of games can't be loaded, or holds none. Details: `file`. */
  | "GAMES_INVALID"
  /** The ledger doesn't have a block that it must have. Details: `height`, where it ends. */
  | "HEAD_MISSING"
  /** The ledger has no such round, or several. Details: `roundId`, `found`. */
  | "ROUND_UNKNOWN"
  /** Something that a round needs is not in the ledger. */
  | "LEDGER_INCOMPLETE"
  /** A file can't be written. Details: `file`. */
  | "EXPORT_FAILED"
  /** A file of a load test's bot can't be loaded, or has none. Details: `file`. */
  | "BOT_INVALID"
  /** A load test's bot threw, or wants what its game doesn't take. Details: `client`, `action`. */
  | "BOT_FAILED"
  /** A file of a load test's players isn't one, or can't be written. Details: `file`. */
  | "PLAYERS_INVALID"
  /** The server doesn't have the game. Details: `game`, `hosted`. */
  | "GAME_NOT_HOSTED"
  /** Passes are needed, and the server gives none away. Details: `players`, `needed`. */
  | "NO_FAUCET";

/** Why a command couldn't do what it was asked to. */
export class CliError extends CodedError<CliErrorCode> {}

/** What the process exits with. */
export const ExitCode = {
  ok: 0,
  /** The ledger is wrong; the server doesn't hold the load. */
  wrong: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The command could not be carried out: nothing is said of the ledger, or of the server. */
  failed: 3,
} as const;
