/** Bounds that both ends of a connection, and everyone who replays a ledger, must agree on. */

/** One frame: an action's name and input. Under Colyseus's payload limit of 4 KiB. */
export const MAX_FRAME_BYTES = 2048;
/** Transactions in one block. */
export const MAX_BLOCK_TRANSACTIONS = 10_000;
/** One transaction, whatever it holds. */
export const MAX_TRANSACTION_BYTES = 4 * 1024 * 1024;
/** Events of a room in one transaction. */
export const MAX_ROOM_EVENTS = 20_000;
/** Lanes that one room may ever have: each join opens one. */
export const MAX_LANES = 4096;
/** Players who can co-sign a round's report: as many as the contract has bits for. */
export const MAX_ROUND_PLAYERS = 64;
/** Prizes in one report. */
export const MAX_MINTS = 256;
/** Names of games, actions and items, in UTF-8. */
export const MAX_NAME_BYTES = 64;
/** A login proof: an EIP-4361 message and its signature, or a zero-knowledge proof. */
export const MAX_LOGIN_BYTES = 8192;
/**
 * A Groth16 proof over BN254: A (64 bytes), B (128), C (64), as Ethereum's precompiles have points (EIP-197):
 * coordinates of 32 bytes, big-endian, of B the imaginary part before the real one.
 */
export const GROTH16_PROOF_BYTES = 256;
/** A verification key for five public inputs: alpha (64 bytes), beta, gamma, delta (128 each), IC (6 · 64). */
export const OWNERSHIP_KEY_BYTES = 832;
/** Seasons of a game are numbered from 0 up to this: a new one gives every pass a new nullifier. */
export const MAX_SEASON = 2 ** 32 - 1;
/** A login may prove against the state of one of this many newest ZK blocks … */
export const MAX_LOGIN_ROOT_BLOCKS = 256;
/** … until this long after the next block replaced that state. */
export const MAX_LOGIN_ROOT_AGE_MS = 10 * 60 * 1000;
/** What a report says of the results, encoded. */
export const MAX_RESULTS_BYTES = 64 * 1024;
