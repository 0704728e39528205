/** How long one question to the node may take. */
export const RPC_TIMEOUT_MS = 35_000;
/** The same for the newest blocks: who doesn't give them soon has gone silent. */
export const LIVE_TIMEOUT_MS = 5_000;
/** How long until a lost WebSocket is opened again: first, and at most. */
export const RECONNECT_MS = 500;
export const MAX_RECONNECT_MS = 15_000;
/** Characters of a search: more than the longest hash and the longest name. */
export const MAX_SEARCH_CHARS = 128;
/** Over how long the ledger's pace is counted. */
export const PACE_MS = 2_000;
/** Rows of the live ledger. */
export const LIVE_ROWS = 40;
/** Blocks in the picture of it. */
export const LIVE_BLOCKS = 240;
/** Blocks that are asked for at once; the node gives at most 100. Who is further behind skips what is between. */
export const LIVE_BATCH = 100;
/** How often the live ledger is asked for what is new, at most; between it only counts. */
export const LIVE_INTERVAL_MS = 120;
/** How often a page about what still changes is asked for again, at most. */
export const REFRESH_MS = 1_500;
/** Events of a room on one page. */
export const EVENTS_PER_PAGE = 500;
/** Rooms, rounds, crossings on one page. */
export const LIST_PER_PAGE = 50;
/** ZK blocks before a round's opening on the fast chain in which its opening there is looked for. */
export const ROUND_LOOK_BACK = 200;
/** ZK blocks of one search for logs: what the node allows. */
export const LOG_RANGE = 10_000;
/** Entries of a list or object, and levels, that are shown of decoded values. */
export const MAX_SHOWN_ENTRIES = 200;
export const MAX_SHOWN_DEPTH = 12;
