/** Blocks below the head that are looked at, newest first: older ones are found by height only. */
export const MAX_INDEX_BLOCKS = 1_000_000;
/** Of each of these, the newest are remembered; while blocks come in, up to twice as many. */
export const MAX_INDEXED_TRANSACTIONS = 100_000;
export const MAX_INDEXED_ROOMS = 2_000;
export const MAX_INDEXED_ROUNDS = 10_000;
export const MAX_INDEXED_SESSIONS = 10_000;
export const MAX_INDEXED_CROSSINGS = 10_000;
export const MAX_INDEXED_ACCOUNTS = 5_000;
/** Transactions that are remembered of one account: the newest. */
export const MAX_ACCOUNT_TRANSACTIONS = 50;
/** Lanes of one room, rounds of one room. */
export const MAX_INDEXED_LANES = 256;
export const MAX_ROOM_ROUNDS = 256;
/** Assets that crossed, beside ZKPoW: an account's balances are read of these. */
export const MAX_INDEXED_ASSETS = 64;
/** Places in a room's log that are remembered, and how many events are between two of them at least. */
export const MAX_ROOM_MARKS = 1024;
export const ROOM_MARK_EVENTS = 256;
/** How long the thread, which serves rooms too, reads before others get a turn, and how long that turn is. */
export const INDEX_SLICE_MS = 1;
export const INDEX_PAUSE_MS = 2;
/** The index is forgotten when nobody has asked for so long. */
export const INDEX_IDLE_MS = 60_000;
/** How long a question waits for older blocks to be looked at: for a list, and for one certain thing. */
export const INDEX_LIST_WAIT_MS = 500;
export const INDEX_FIND_WAIT_MS = 5_000;
/** How often it looks whether they have been. */
export const INDEX_POLL_MS = 5;
/** Events of a room in one answer, unless told, and at most. */
export const ROOM_EVENTS = 200;
export const MAX_ROOM_EVENTS_READ = 1000;
/** Blocks that are looked through for them. */
export const MAX_ROOM_EVENT_BLOCKS = 5_000;
/** Rooms, rounds or crossings in one answer, unless told, and at most. */
export const LIST_ENTRIES = 50;
export const MAX_LIST_ANSWER = 200;
/** Bytes that are shown of what a transaction carries, such as a contract's code. */
export const MAX_SHOWN_BYTES = 4096;
/** Events that are shown of a transaction with a room's events: `weft_getRoomEvents` has all. */
export const MAX_SHOWN_EVENTS = 200;
/** The same, of each of an account's transactions. */
export const MAX_SHOWN_ACCOUNT_EVENTS = 4;
/** Rooms that a name may find. */
export const MAX_SEARCH_HITS = 20;
