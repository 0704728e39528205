import type { JoinTicket } from "@weft/protocol";
import type { Setup } from "../../bench/rooms/transports.ts";

/** What the tests say to the two processes that they start: a server, and clients that behave badly. */

export type ServerStart = Setup & {
  readonly dataDir: string;
  /** Of the state, anew in every patch. */
  readonly noiseBytes: number;
};

export type PressureServerQuestions = {
  start: { with: ServerStart; answer: { url: string } };
  /** What was highest since the question before. */
  peak: { with: null; answer: MemoryPeak };
  /** Bytes in use after garbage was collected. */
  memory: { with: null; answer: number };
  /** Who lost a place, in the order in which that happened. */
  drops: { with: null; answer: readonly Drop[] };
  /** From now on each commit takes so much longer, in ms. */
  slowDisk: { with: number; answer: null };
  /** From now on the ledger takes no more, or as before. */
  fullStore: { with: boolean; answer: null };
  /** Writes a log of its own, as a session's, until the chain takes no more. */
  fill: { with: { ticket: JoinTicket; signature: Uint8Array }; answer: Filled };
  stop: { with: null; answer: null };
};

export type MemoryPeak = {
  readonly rssBytes: number;
  /** What JavaScript holds, its buffers included; garbage that wasn't collected yet counts. */
  readonly heapBytes: number;
  /** That waited for one client to read them. */
  readonly bufferedBytes: number;
};

export type Drop = { readonly sessionId: string; readonly code: number; readonly reason: string };

export type Filled = {
  readonly events: number;
  readonly bytes: number;
  /** What the next append was refused with. */
  readonly code: string;
};

/** How a client misbehaves. */
export type BadClientQuestions = {
  /**
   * Takes a seat, and plays by the rules so far.
   * @param decodes The state, and notes where it isn't what the game made.
   * @returns the number that the others know it by
   */
  join: { with: { url: string; path: string; decodes: boolean }; answer: number };
  /** Reads nothing from now on; says that it is alive, as one does who wants to stay. */
  pause: { with: number; answer: null };
  resume: { with: number; answer: null };
  /** Frames from the lane's first on, all at once. @returns when the last of them has left the process, or never will */
  burst: { with: { client: number; frames: number }; answer: { sent: number } };
  /** Without a word. */
  leave: { with: number; answer: null };
  status: { with: number; answer: BadClientStatus };
};

export type BadClientStatus = {
  /** Undefined while the connection is open. */
  readonly closeCode: number | undefined;
  /** Codes of the refusals that it was told. */
  readonly refusals: readonly string[];
  readonly patches: number;
  /** What was wrong with them. */
  readonly problems: readonly string[];
  /** How much noise it has seen. */
  readonly noises: number;
};
