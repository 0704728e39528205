/** Bounds of the client. Those that can be set are defaults of an option with a like name. */

/** Actions that may wait to be sequenced. At 60 a second this outlasts a reconnection of 30 s. */
export const MAX_UNSEQUENCED_FRAMES = 2048;
/** How often a lane with unsealed frames is sealed. Servers take a player's place after some 5 s. */
export const SEAL_INTERVAL_MS = 1000;
/**
 * Frames sent again at once after a gap, and the pause before more: together below what a server's
 * rate limit lets through, so that catching up can't cause the next refusal.
 */
export const RESEND_CHUNK_FRAMES = 80;
export const RESEND_CHUNK_PAUSE_MS = 500;
/** Pause before sending again what was refused; doubles while nothing gets through. */
export const MIN_RESEND_DELAY_MS = 50;
export const MAX_RESEND_DELAY_MS = 2000;
/** How long `leave` waits for the last seal to be signed and sent. */
export const LEAVE_SEAL_TIMEOUT_MS = 2000;

/** How long joining waits for the room's welcome and its first state. */
export const JOIN_TIMEOUT_MS = 10_000;
/** Pauses between tries to get a lost connection back, growing from the first to the second. */
export const MIN_RECONNECT_PAUSE_MS = 100;
export const MAX_RECONNECT_PAUSE_MS = 2000;
/** How long a client tries to come back after its connection was lost, restarts of the server included. */
export const RESUME_MS = 120_000;

/** Listeners of one kind on one room: more is a leak. */
export const MAX_LISTENERS = 1000;

/** How long a session lasts when the login doesn't say. Servers grant at most 24 h. */
export const SESSION_MS = 8 * 60 * 60 * 1000;
/** One HTTP request to the game server. */
export const HTTP_TIMEOUT_MS = 15_000;
/** Body of the game server's answer. */
export const MAX_RESPONSE_BYTES = 64 * 1024;

/** How long a wait for a transaction or a crossing lasts by default. */
export const CHAIN_TIMEOUT_MS = 30_000;
/** How often the chains are asked for news of a transaction. */
export const ZK_POLL_MS = 25;
export const FAST_POLL_MS = 10;
/** Blocks asked for in one query for logs; servers allow 10,000. */
export const LOG_PAGE_BLOCKS = 10_000n;
/** Blocks back from the newest one in which logs are looked for: servers keep about as many. */
export const LOG_HISTORY_BLOCKS = 100_000n;
/** How long an offer on the market stands when its bidder doesn't say. */
export const DEFAULT_OFFER_MS = 7 * 24 * 60 * 60 * 1000;

/** Consecutive passes that a login by ownership proof asks the server about, to hide which one is meant. */
export const PASS_BUCKET = 64;
export const MAX_PASS_BUCKET = 1024;
/** Slots in one question for proofs; servers answer no more. */
export const STATE_PROOF_SLOTS = 64;
/** A file of a circuit's set-up. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
/** Files that are kept: two for each of two set-ups. */
export const MAX_CACHED_ARTIFACTS = 4;
/** How long the thread that proves may take to start, and to prove, on a slow and busy device. */
export const PROVER_START_TIMEOUT_MS = 60_000;
export const PROVE_TIMEOUT_MS = 5 * 60_000;

/** How far prediction runs ahead of what is known, at most: then it waits. Each of these ticks may run in one frame. */
export const MAX_PREDICTED_MS = 1000;
export const MAX_PREDICTED_TICKS = 60;
/** Actions that are on their way and predicted; more are sent all the same. */
export const MAX_PREDICTED_ACTIONS = 256;
/** What way there and back is assumed before an action has gone it. */
export const ASSUMED_RTT_MS = 100;
/** Stamps that the fastest way is looked for in: five seconds at twenty a second. */
export const MAX_TIMING_SAMPLES = 100;
/** Default of `PredictOptions.delayMs`: two patches. */
export const INTERPOLATION_DELAY_MS = 100;
/** Default of `PredictOptions.smoothMs`. */
export const CORRECTION_SMOOTH_MS = 100;

/** One message of a room that a client for load tests looks at. */
export const MAX_RAW_MESSAGE_BYTES = 1024 * 1024;
