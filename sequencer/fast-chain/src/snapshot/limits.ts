/** A snapshot that would be larger isn't written. */
export const MAX_SNAPSHOT_BYTES = 1024 * 1024 * 1024;
/** Records are handed to the disk in pieces of about this size. */
export const CHUNK_BYTES = 64 * 1024;
/** Writing gives the event loop a turn after this long: play goes on meanwhile. */
export const SLICE_MS = 1;
