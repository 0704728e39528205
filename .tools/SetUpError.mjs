/**
 * What can go wrong before the program runs.
 * @typedef {"LOCK_TIMEOUT" | "NPM_MISSING" | "NPM_TOO_OLD" | "INSTALL_FAILED" | "INTERRUPTED"
 *   | "NODE_UNUSABLE" | "UNKNOWN_PROGRAM"} SetUpErrorCode
 */

/** An error that is told to the user in one message, without a stack. */
export class SetUpError extends Error {
  /**
   * @param {SetUpErrorCode} code
   * @param {string} message says what failed and what to do about it
   * @param {{ cause?: unknown, exitCode?: number }} [options]
   */
  constructor(code, message, { cause, exitCode = 1 } = {}) {
    super(message, { cause });
    this.name = "SetUpError";
    this.code = code;
    /** What run.mjs exits with. */
    this.exitCode = exitCode;
  }
}
