import type { TallyOptions } from "../testGame.ts";

/** What the test of memory asks the server's process. */
export type MemoryServerQuestions = {
  start: { with: { dataDir: string; game: TallyOptions }; answer: { url: string; nowMs: number } };
  /** From now on time passes only by `advance`. */
  drive: { with: null; answer: null };
  advance: { with: number; answer: Moment };
  census: { with: null; answer: Census };
};

export type Moment = {
  readonly nowMs: number;
  /** Rooms whose round waits for the ZK chain, which has a time of its own. */
  readonly waiting: number;
  /** Rounds that were reported, and rooms that were closed, so far. */
  readonly reported: number;
  readonly closedRooms: number;
};

/** What the server holds after garbage was collected. */
export type Census = {
  /** What JavaScript holds, its buffers included. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** How many there are of what comes and goes. */
  readonly counts: Readonly<Record<string, number>>;
};
