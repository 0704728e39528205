/** Of what nothing can be said about a ledger: the machine or the network failed, or an option was wrong. */
const failures: ReadonlySet<string> = new Set([
  "STORE_OPEN_FAILED",
  "STORE_IN_USE",
  "STORE_FAILED",
  "STORE_CONFLICT",
  "OVERLOADED",
  "WORKER_STOPPED",
  "LISTEN_FAILED",
  "LEDGER_STREAM_INVALID",
  "GAMES_INVALID",
]);

/** Whether an error tells that a ledger is wrong. */
export function isFinding(error: unknown): boolean {
  return !failures.has((error as { code?: string }).code ?? "");
}
