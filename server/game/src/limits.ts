/** Bounds on what a game may declare. Names and items keep to the protocol's bounds besides. */

export const MIN_TICK_RATE_HZ = 1;
/** Each tick is an event in the ledger. */
export const MAX_TICK_RATE_HZ = 120;
export const MAX_ROUND_SECONDS = 24 * 60 * 60;
/** Players in a room at one time. */
export const MAX_PLAYERS = 256;
export const MAX_ACTIONS = 256;
/** Prizes a day: the contract keeps the number in 32 bits. */
export const MAX_MINTS_PER_DAY = 2 ** 32 - 1;
/** Different items that a game may declare as prizes. */
export const MAX_ITEMS = 256;
/** What is said of a refused or failed action, in UTF-16 code units. */
export const MAX_MESSAGE_CHARS = 300;
/** Errors of game code that an instance writes to the console, when nobody asked for them. */
export const MAX_LOGGED_ERRORS = 20;
