/** One request's body, a batch included. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Calls in one batch. */
export const MAX_BATCH_CALLS = 100;
/** One answer's body: what doesn't fit in a batch any more is refused call by call. */
export const MAX_RESPONSE_BYTES = 32 * 1024 * 1024;
/** Requests that are being worked on at once, over all connections. */
export const MAX_ACTIVE_REQUESTS = 1024;
/** Open connections. */
export const MAX_CONNECTIONS = 2048;
/** How long one call may take before it is answered with TIMEOUT. */
export const CALL_TIMEOUT_MS = 30_000;
/** How long a client may take to send its headers, and its whole request. */
export const HEADERS_TIMEOUT_MS = 10_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** How long an idle connection stays open. */
export const KEEP_ALIVE_TIMEOUT_MS = 60_000;
/** How long `stop` waits for calls that are under way. */
export const STOP_GRACE_MS = 2_000;
/** Characters of a message that came from outside, where an error repeats it. */
export const MAX_ECHO_CHARS = 100;
/** Blocks in one `weft_getBlocks`. */
export const MAX_LEDGER_BLOCKS = 100;
/** Ledger blocks that are read before others get a turn. */
export const LEDGER_BLOCKS_PER_TURN = 8;
/** Addresses, values of a topic, and storage keys that one parameter may list. */
export const MAX_LIST_ENTRIES = 256;
