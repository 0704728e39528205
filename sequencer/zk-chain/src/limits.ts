/** Bounds of the ZK chain. Those under "consensus" decide whether a block is valid. */

// consensus

/** Releases in one block: their gas comes on top of the block's gas limit. */
export const MAX_RELEASES_PER_BLOCK = 64;
/** Gas of one release; the portal promises to need no more, whatever the recipient does. */
export const RELEASE_GAS = 500_000n;
/** Gas of one genesis constructor. */
export const GENESIS_CONTRACT_GAS = 30_000_000n;
/** Length of a block's transactions together, well under what the protocol decodes. */
export const MAX_ZK_BLOCK_BYTES = 8 * 1024 * 1024;
/** Wei per gas in the genesis block. */
export const INITIAL_BASE_FEE = 1_000_000_000n;
/** Wei per gas below which the base fee never falls, so that a transaction always costs something. */
export const MIN_BASE_FEE = 10_000_000n;

/** Gas of a block: what it pays for changes fewer leaves than the state tree takes in one block. */
export const MAX_BLOCK_GAS = 500_000_000n;

// state

/** Writes of one transaction that could be taken back; gas allows some 170,000. */
export const MAX_JOURNAL_ENTRIES = 2 ** 21;
/** Contract code that is remembered. */
export const MAX_CACHED_CODE_BYTES = 32 * 1024 * 1024;
/** Keys of leaves that are remembered; some 300 bytes each. */
export const MAX_CACHED_LEAF_KEYS = 2 ** 16;

// reads

/** Blocks whose state can be read, and whose hashes BLOCKHASH knows. */
export const STATE_HISTORY_BLOCKS = 256;
/**
 * Blocks, and transactions, that a chain without a directory keeps: what is over either is forgotten. One with
 * a directory keeps all.
 */
export const RECEIPT_HISTORY_BLOCKS = 100_000;
export const RECEIPT_HISTORY_TRANSACTIONS = 200_000;
/** Blocks, and receipts in them, that are kept in memory. */
export const MAX_CACHED_RECORDS = 2_048;
export const MAX_CACHED_RECEIPTS = 20_000;
/** Slots that one answer proves: each proof takes some 3 KB, and a fraction of a millisecond. */
export const MAX_PROOF_SLOTS = 64;
/** Deposits in one answer. */
export const MAX_DEPOSITS_READ = 1_000;
/** Blocks that one log filter may span. */
export const MAX_LOG_RANGE_BLOCKS = 10_000;
/** Logs that one filter may give: more would keep the main thread busy with unpacking them. */
export const MAX_LOGS = 2_000;
/** Addresses, and values of one topic, in a log filter. */
export const MAX_LOG_FILTER_VALUES = 256;
/** Gas of `call`, and the most that `estimateGas` tries (EIP-7825's limit for a transaction). */
export const CALL_GAS_LIMIT = 16_777_216n;
/** `estimateGas` stops searching this close to the least gas that suffices. */
export const ESTIMATE_TOLERANCE = 0.015;
/** How often `createAccessList` runs a message whose list goes on changing. */
export const MAX_ACCESS_LIST_ROUNDS = 4;
/** Blocks in one fee history. */
export const MAX_FEE_HISTORY_BLOCKS = 1024;
/** Percentiles in one fee history. */
export const MAX_FEE_PERCENTILES = 100;

// worker

/** Calls that may wait for the worker. */
export const MAX_WAITING_CALLS = 4096;
/** Heap of the worker; past it the worker dies, and `onStopped` says so. */
export const WORKER_HEAP_MB = 2048;
export const MIN_WORKER_HEAP_MB = 64;

/** How long `stop` waits for the worker to close its store before it ends the thread all the same. */
export const STOP_TIMEOUT_MS = 10_000;

// mempool

/** Transactions that wait, and their bytes. */
export const MAX_POOL_TRANSACTIONS = 4096;
export const MAX_POOL_BYTES = 32 * 1024 * 1024;
/** Of one sender; also how far a nonce may be ahead of the account's. */
export const MAX_POOL_TRANSACTIONS_PER_SENDER = 64;
/** What a replacement must pay more, of both the maximum fee and the maximum tip. */
export const REPLACEMENT_RISE_PERCENT = 10n;

// builder

/** How often a block is begun anew because the EVM failed on a transaction that seemed fine. */
export const MAX_BUILD_ATTEMPTS = 4;
