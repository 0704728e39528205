/** All of the page's files together, in memory. */
export const MAX_PAGE_BYTES = 8 * 1024 * 1024;
/** How many there may be. */
export const MAX_PAGE_FILES = 64;
