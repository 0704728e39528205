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
  | "EXPORT_FAILED";

/** Why a command couldn't do what it was asked to. */
export class CliError extends CodedError<CliErrorCode> {}

/** What the process exits with. */
export const ExitCode = {
  ok: 0,
  /** The ledger is wrong. */
  wrong: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The command could not be carried out: nothing is said of the ledger. */
  failed: 3,
} as const;
