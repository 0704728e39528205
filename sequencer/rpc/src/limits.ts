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
/** WebSockets among them. */
export const MAX_WEB_SOCKETS = 1024;
/** Messages of one WebSocket that are worked on at once; it isn't read from while there are more. */
export const MAX_CONNECTION_REQUESTS = 32;
/** Bytes that a WebSocket's client may leave unread, beside one answer, before it is dropped. */
export const MAX_BUFFERED_BYTES = 4 * 1024 * 1024;
/** How often a WebSocket is pinged; one that stays silent until the next time is closed. */
export const HEARTBEAT_MS = 30_000;
/** How long the closing of a WebSocket may take before its connection is cut. */
export const CLOSE_TIMEOUT_MS = 5_000;
/** Subscriptions of one WebSocket. */
export const MAX_CONNECTION_SUBSCRIPTIONS = 128;
/** Subscriptions to one chain's blocks, and to its pending transactions, over all connections. */
export const MAX_FEED_LISTENERS = 2048;
/** Subscriptions that are told of a block before others get a turn. */
export const FEED_LISTENERS_PER_TURN = 16;
/** Ids of subscriptions and filters are random, so that nobody finds another's. */
export const SUBSCRIPTION_ID_BYTES = 16;
/** Filters of one chain, over all clients. */
export const MAX_FILTERS = 1024;
/** How long a filter lives without being asked. */
export const FILTER_IDLE_MS = 5 * 60_000;
/** Hashes that one `eth_getFilterChanges` gives of blocks; the next ones come with the next call. */
export const MAX_FILTER_BLOCKS = 1024;
/** Hashes of pending transactions that are remembered for filters. */
export const MAX_PENDING_HASHES = 4096;
/** `eth_sendRawTransactionSync`: how long it waits, unless told, and at most. */
export const SYNC_TIMEOUT_MS = 10_000;
export const MAX_SYNC_TIMEOUT_MS = 20_000;
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
/** Overrides of one `eth_call`: accounts, slots of all of them, and bytes of one account's code. */
export const MAX_OVERRIDE_ACCOUNTS = 64;
export const MAX_OVERRIDE_SLOTS = 1024;
export const MAX_OVERRIDE_CODE_BYTES = 128 * 1024;
/** Addresses, values of a topic, and storage keys that one parameter may list. */
export const MAX_LIST_ENTRIES = 256;
/** Nodes that follow this one's ledger. */
export const MAX_LEDGER_STREAMS = 64;
/** One request of theirs. */
export const MAX_LEDGER_REQUEST_BYTES = 256;
/** Blocks, and bytes of transactions, that are read and sent at once: others are served between. */
export const LEDGER_BATCH_BLOCKS = 64;
export const LEDGER_BATCH_BYTES = 128 * 1024;
/** How long a follower may take to take them. */
export const LEDGER_STALL_MS = 60_000;
/** How often a follower is told that the node lives, and how long without that it waits. */
export const LEDGER_PING_MS = 10_000;
export const LEDGER_SILENCE_MS = 35_000;
/** What a follower lets the network bring before it has looked at it. */
export const MAX_LEDGER_BATCHES_AHEAD = 8;
