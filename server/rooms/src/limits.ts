/** Bounds of the game server. What is a default can be set, see `RoomSettings`; the rest is fixed. */

/** A join ticket is good for this long after it was issued, by the server's clock. */
export const MAX_TICKET_AGE_MS = 60_000;
/** A ticket may come from a clock that is this much ahead. */
export const MAX_TICKET_AHEAD_MS = 5_000;
/** Seats that one session may ask for at once, and how fast it may ask again. */
export const SEATS_BURST = 12;
export const SEATS_PER_SECOND = 1;
/** Sessions whose asking is remembered. */
export const MAX_TRACKED_SESSIONS = 10_000;
/** Rooms that one server hosts. */
export const MAX_ROOMS = 1_000;
/** A client that was let in must have taken its place in this time. */
export const MAX_JOINING_MS = 10_000;

/** How often a room looks for clients that don't finish joining, don't seal or, while they are sent nothing, don't read. */
export const WATCH_CLIENTS_MS = 250;
/** Frames that one client may send, on average and at once. */
export const FRAMES_PER_SECOND = 200;
export const FRAMES_BURST = 400;
/** Seals and co-signatures that one client may send, on average and at once. Each can cost a signature check. */
export const SEALS_PER_SECOND = 5;
export const SEALS_BURST = 20;
/** Frames that wait for the disk, per lane, before more are refused. */
export const MAX_UNSEQUENCED_FRAMES = 4_096;
/** Of a lane's seals after the first, the share that is verified when they come. The newest is verified for a report. */
export const SAMPLED_SEALS = 1 / 8;
/** How long those gather before they go to the thread: the rarer its messages, the less they cost. */
export const SAMPLED_SEALS_WITHIN_MS = 500;
/** The same of those for a report, whose round is over for its players. */
export const REPORTED_SEALS_WITHIN_MS = 25;
/** How long a report waits at most for the verification of its seals. What isn't verified then is, as it is drawn up. */
export const MAX_SEAL_CHECK_MS = 1_000;
/** Seals that a room verifies by itself in one go, where the thread for it isn't there: about a ms. */
export const MAX_SEALS_VERIFIED_HERE = 8;
/** Malformed or wrongly signed messages in a row that a client may send before it is dropped. */
export const MAX_BAD_MESSAGES = 16;
/** Messages over its rate that a client may send before it is dropped, at once and on average. */
export const MAX_EXCESS_MESSAGES = 2_000;
export const EXCESS_PER_SECOND = 100;
/**
 * Messages of any kind, in a second, after which Colyseus closes a connection. More than what the limits above let a client
 * send in that time, so that it is for messages that they don't count.
 */
export const MAX_MESSAGES_PER_SECOND = 5_000;
/** One message of a client: a frame, and what Colyseus puts around it. */
export const MAX_MESSAGE_BYTES = 4 * 1024;
/** Bytes that may wait for a client that doesn't read before it is dropped. */
export const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Bytes that may wait for a client when more is sent before anybody has looked: past it the connection is cut. */
export const MAX_BACKPRESSURE_BYTES = 4 * MAX_BUFFERED_BYTES;
/** How long a connection that was closed may take to be gone: who doesn't read doesn't answer either. */
export const MAX_CLOSING_MS = 2_000;
/** A connection on which nothing was heard for so long, pings included, is broken. */
export const MAX_SILENT_SECONDS = 16;

/** Ticks that are made up for at once after a hitch; the rest is dropped. */
export const MAX_CATCH_UP_TICKS = 5;

/** Default of `RoomSettings.patchRateMs`. */
export const PATCH_RATE_MS = 50;
/** Default of `RoomSettings.checkpointMs`. */
export const CHECKPOINT_MS = 1_000;
/** Default of `RoomSettings.sealTimeoutMs`. */
export const SEAL_TIMEOUT_MS = 5_000;
/** Default of `RoomSettings.sealGraceMs`. */
export const SEAL_GRACE_MS = 2_000;
/** Default of `RoomSettings.coSignGraceMs`. */
export const CO_SIGN_GRACE_MS = 2_000;
/** Default of `RoundRules.maxMintsPerDay`: many rounds' prizes, and all that a thief can have in a day. */
export const MINTS_PER_DAY = 10_000;
/** Default of `RoomSettings.reconnectionSeconds`. */
export const RECONNECTION_SECONDS = 20;
/** Default of `RoomSettings.snapshotMs`. */
export const SNAPSHOT_MS = 5_000;
/** Snapshots of a room that are kept: one may turn out to be damaged. */
export const SNAPSHOTS_PER_ROOM = 2;
/** A room whose game's state takes more than this isn't saved; it comes back by a replay of all its log. */
export const MAX_SNAPSHOT_BYTES = 16 * 1024 * 1024;
/** Snapshots that are being written at one time, of all rooms; the others wait. */
export const MAX_SNAPSHOT_WRITES = 4;
/** Default of `RoomSettings.drainSeconds`. */
export const DRAIN_SECONDS = 30;
/** How often a server that drains looks whether all rounds are over. */
export const DRAIN_POLL_MS = 50;
/** A changed file is taken for written when it hasn't changed for so long. */
export const WATCH_SETTLE_MS = 50;
/** The same error of game code is logged once in this time, with how often it came. */
export const GAME_ERROR_PAUSE_MS = 1_000;
/** Errors of a room's game that are told apart for that. */
export const MAX_GAME_ERRORS = 256;
/** Default of `RoomSettings.comeBackMs`. */
export const COME_BACK_MS = 1_000;
/** Default of `RoomSettings.startDelayMs`. */
export const START_DELAY_MS = 1_000;
/** Default of `RoomSettings.reportMarginSeconds`. */
export const REPORT_MARGIN_SECONDS = 3_600;

/** How often a call to the ZK chain is tried, with pauses that double from the first one. */
export const ZK_ATTEMPTS = 4;
export const ZK_RETRY_MS = 500;
/** How far back a report is looked for whose receipt was lost: it was sent moments ago. */
export const REPORT_SEARCH_BLOCKS = 9_000n;
/** Longest pause before a round that couldn't be opened is tried again. */
export const MAX_REOPEN_MS = 30_000;

/** Body of an HTTP request. */
export const MAX_BODY_BYTES = 32 * 1024;
/** A challenge must be answered in this time. */
export const NONCE_LIFETIME_MS = 5 * 60_000;
/** Answered challenges that are remembered until they expire. */
export const MAX_USED_NONCES = 50_000;
/** Logins that are being checked at one time. */
export const MAX_PENDING_LOGINS = 256;
/** How often sessions are looked at whether they have expired, and how many at one time: of them, so many are closed at most. */
export const EXPIRY_SWEEP_MS = 10_000;
export const MAX_SWEPT_SESSIONS = 2_000;
export const MAX_EXPIRED_AT_ONCE = 100;
/** Faucet gifts per server: at once, and per second. One address gets one a `FAUCET_PAUSE_MS`. */
export const FAUCET_BURST = 64;
export const FAUCET_PER_SECOND = 4;
export const FAUCET_PAUSE_MS = 5_000;
/** Addresses whose last gift is remembered. */
export const MAX_TRACKED_ADDRESSES = 10_000;
/** 100 ZKPoW. */
export const FAUCET_WEI = 100n * 10n ** 18n;
/** Downloads of the files that players prove with, per server: at once, and per second. */
export const ARTIFACTS_BURST = 500;
export const ARTIFACTS_PER_SECOND = 50;
/** One such file. They are kept in memory. */
export const MAX_ARTIFACT_BYTES = 64 * 1024 * 1024;
/** How long `stop` waits for reports that are on their way to the ZK chain. */
export const MAX_STOP_MS = 10_000;
