/** What a person can do about an error, by its code. */
const ADVICE: Readonly<Record<string, string>> = {
  SERVER_UNREACHABLE: "The game server doesn't answer. Is it still running?",
  RATE_LIMITED: "Too many at once: wait a few seconds, then try again.",
  FAUCET_DISABLED: "This server gives no passes away. Use a wallet that holds one.",
  JOIN_REFUSED: "All rooms are full, or closing. Try again in a moment.",
  ROOM_FULL: "All rooms are full. Try again in a moment.",
  JOIN_TIMEOUT: "The room let you in but never answered. Try again.",
  SERVER_STOPPING: "The server is about to stop. Try again when it is back.",
  LOGIN_BUSY: "Many log in right now. Try again in a moment.",
  LOGIN_ROOT_STALE: "The proof took too long. Try again.",
  PROVER_UNAVAILABLE:
    "Your browser doesn't start the thread that proves: are workers or WebAssembly off?",
  PROOF_FAILED:
    "The proof could not be made: memory may have run out. Close other tabs, try again.",
  ARTIFACT_UNAVAILABLE: "A download broke off. Try again.",
  ARTIFACT_MISMATCH: "This server's login isn't the one that this page trusts. Nothing was sent.",
  SESSION_KEY_FAILED:
    "Browsers give keys to secure pages only: open this one by https, or on localhost.",
  SESSION_UNKNOWN:
    "The server doesn't know your login any more: it was started anew. Log in again.",
  SESSION_EXPIRED: "Your login is over. Log in again.",
  WALLET_MISSING: "There is no wallet in this browser.",
  WALLET_REFUSED: "Your wallet gave no account.",
  WALLET_SIGNATURE_FAILED: "Your wallet didn't sign.",
  TRANSACTION_REFUSED: "The chain, or your wallet, refused the transaction.",
  CHAIN_TIMEOUT: "The chain takes long. What was sent may still arrive.",
  CHAIN_UNREACHABLE: "The chain doesn't answer. What was sent may still arrive.",
  REPLACED: "You play in another tab, or have logged in again.",
  SESSION_CLOSED: "You have logged in somewhere else.",
  UNSEALED: "Your actions came unsigned for too long. Was this tab asleep?",
  TOO_SLOW: "Your connection couldn't keep up.",
};

export type Described = { readonly code: string; readonly text: string };

/** viem has names instead of codes: these mean that nobody has answered. */
const UNANSWERED = new Set(["HttpRequestError", "TimeoutError", "WebSocketRequestError"]);

/** What EIP-1193 has a wallet throw when its person says no. */
const SAID_NO = 4001;

/** An error for people, with its code for who looks it up. */
export function describeError(error: unknown): Described {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const name = typeof code === "string" ? code : nameOf(error);
  if (isRefusal(error)) return { code: name, text: "You said no in your wallet." };
  const told = typeof message === "string" && message !== "" ? message : String(error);
  return { code: name, text: ADVICE[name] ?? told };
}

function nameOf(error: unknown): string {
  const { name, cause } = (error ?? {}) as { name?: unknown; cause?: unknown };
  if (UNANSWERED.has(String(name))) return "CHAIN_UNREACHABLE";
  return cause === undefined ? "UNKNOWN" : nameOf(cause);
}

function isRefusal(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  return code === SAID_NO || (cause !== undefined && isRefusal(cause));
}
