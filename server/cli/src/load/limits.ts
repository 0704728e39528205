/** Bounds of `weft load`. */

/** Players that one process plays: more want more processes. */
export const MAX_CLIENTS = 20_000;
/** Actions a second of one client. Servers take 200 by default. */
export const MAX_RATE = 1_000;
/** Steps of a search for the knee. */
export const MAX_STEPS = 1_000;
/** Seconds of anything. */
export const MAX_SECONDS = 86_400;

/** Players that log in at one time: by wallet; by a proof, which takes all cores for a second or two. */
export const WALLET_LOGINS_AT_ONCE = 16;
export const PROOF_LOGINS_AT_ONCE = 2;
/** Pause before a server that refused for now is asked again. */
export const LOGIN_RETRY_MS = 500;
/** When nobody got in for so long, the server doesn't only hold the ramp. */
export const LOGIN_PATIENCE_MS = 60_000;
/** Clients that take their places at one time, and how often one tries. */
export const JOINS_AT_ONCE = 16;
export const JOIN_TRIES = 3;

/** How often actions that are due go out: what a timer can do. */
export const PACE_MS = 1;
/** Actions after a step's growth that aren't measured yet. */
export const SETTLE_MS = 1_000;
/** How long actions may take to be ordered after the end of what is measured; then they count as unanswered. */
export const DRAIN_MS = 10_000;
/** How often it is looked whether they are. */
export const DRAIN_POLL_MS = 20;
/** How long clients have to leave. */
export const LEAVE_MS = 5_000;

/** What holds for a step of a search where nothing else is said. */
export const KNEE_MIN_RATE = 0.95;
export const KNEE_MAX_P99_MS = 250;
export const KNEE_MAX_ERRORS = 0.01;
/** Steps of a search where nothing else is said. */
export const KNEE_STEPS = 10;

/** Of its thread's time: with more of it, the generator itself is what is measured. */
export const BUSY_SHARE = 0.9;
/** The same: how late actions went out at p99. */
export const LATE_MS = 20;

/** How often the picture on a terminal is drawn anew, and a line written where there is none. */
export const REDRAW_MS = 1_000;
export const LINE_MS = 5_000;
