// The bounds of everything in this package that could grow.

/** Newest blocks whose state can be read and proven. */
export const HISTORY_BLOCKS = 256;
/** Keys written since the last root. */
export const MAX_PENDING_WRITES = 2 ** 18;
/** Writes under open checkpoints that a revert would take back. */
export const MAX_JOURNAL_ENTRIES = 2 ** 21;
/** Leaves that one block changes or adds. Some 30 gas units a leaf are far below what the EVM takes. */
export const MAX_BLOCK_CHANGES = 2 ** 18;
/** Nodes of the newest tree kept in memory, twice: some 40 MB. */
export const NODE_CACHE_GENERATION = 2 ** 17;
/** Leaves of transactions whose roots wait to be hashed with others'. */
export const MAX_UNHASHED_LEAVES = 2 ** 14;
