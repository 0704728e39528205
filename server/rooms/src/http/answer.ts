import type { Logger } from "@weft/node";
import { CodedError, type ErrorResponse } from "@weft/protocol";

/** HTTP status of the codes that aren't simply a bad request. */
const STATUS: Readonly<Record<string, number>> = {
  REQUEST_TOO_LARGE: 413,
  RATE_LIMITED: 429,
  FAUCET_DISABLED: 403,
  PASS_NOT_OWNED: 403,
  LOGIN_SIGNATURE_INVALID: 401,
  LOGIN_NONCE_UNKNOWN: 401,
  LOGIN_DOMAIN_WRONG: 401,
  LOGIN_PROOF_INVALID: 401,
  LOGIN_EXPIRED: 401,
  LOGOUT_SIGNATURE_INVALID: 401,
  GAME_UNKNOWN: 404,
  PASS_UNKNOWN: 404,
  ARTIFACT_UNKNOWN: 404,
  SESSION_UNKNOWN: 404,
  SESSION_EXISTS: 409,
  LOGIN_BUSY: 503,
  BLOCK_FULL: 503,
  CHAIN_STOPPED: 503,
  SERVER_STOPPED: 503,
  SERVER_STOPPING: 503,
  ZK_CHAIN_UNAVAILABLE: 503,
  INTERNAL: 500,
};

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "cache-control": "no-store" },
  });
}

/** The answer to a request that failed. What isn't a coded error stays in the log. */
export function errorAnswer(
  error: unknown,
  logger: Logger,
): { readonly status: number; readonly body: ErrorResponse } {
  if (error instanceof CodedError) return coded(error.code, error.message);
  logger.error("a request failed unexpectedly", { error });
  return coded("INTERNAL", "something went wrong here, and is in the log");
}

function coded(code: string, message: string) {
  return { status: STATUS[code] ?? 400, body: { error: { code, message } } };
}
