export type { BlockStore, StoreListener } from "./blockStore.ts";
export { LedgerError, type LedgerErrorCode } from "./errors.ts";
export type { FollowOptions } from "./followBlocks.ts";
export { Ledger, type LedgerOptions } from "./ledger.ts";
export { MAX_BLOCK_BYTES, MAX_PENDING_BLOCKS, MAX_PENDING_BYTES } from "./limits.ts";
export type { LedgerListener } from "./listeners.ts";
export { openLmdbStore } from "./lmdbStore.ts";
export { createMemoryStore } from "./memoryStore.ts";
export type { BlockDraft, OrderedBlock, Ordering } from "./ordering.ts";
