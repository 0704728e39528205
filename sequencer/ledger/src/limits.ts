/** One block, encoded: what the protocol's decoder reads at most. */
export const MAX_BLOCK_BYTES = 16 * 1024 * 1024;
/** Blocks that wait for the disk; past it, appending is refused until the disk has caught up. */
export const MAX_PENDING_BLOCKS = 10_000;
/** Bytes of blocks that wait for the disk. */
export const MAX_PENDING_BYTES = 128 * 1024 * 1024;
/**
 * While blocks keep coming for which nobody waits, a commit is begun this long after the one before: a block of play is
 * on disk so much later at most, and clients are told every 50 ms.
 */
export const COMMIT_INTERVAL_MS = 50;
/** Listeners and followers of one ledger. */
export const MAX_LISTENERS = 1024;
/** Blocks that a follower replays before it lets the event loop turn. */
export const REPLAY_BLOCKS_PER_TURN = 64;
/** Promises of `Ledger.whenDurable` that wait. */
export const MAX_DURABLE_WAITERS = 16_384;
/**
 * Blocks at the end that can't be read, and are cut on opening: ten seconds of full play. What goes further
 * is for somebody to decide who knows of other copies.
 */
export const MAX_CUT_BLOCKS = 1000;
