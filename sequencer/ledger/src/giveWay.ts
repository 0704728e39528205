import { readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** Steps of about 1.25 each: of a processor that they share, another thread gets three times as much. */
const NICENESS = 5;
/** There is no lower priority. */
const LEAST = 19;

/**
 * Called by a thread with long work that nobody waits for by the millisecond: the thread that serves rooms goes first where there
 * are fewer processors than threads. Linux has a priority for each thread; elsewhere, and where it isn't allowed, this
 * does nothing.
 * @returns whether the thread gives way now
 */
export function giveWay(): boolean {
  try {
    // "<process>/task/<thread>", of the thread that looks.
    const thread = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    setPriority(thread, Math.min(LEAST, getPriority(thread) + NICENESS));
    return true;
  } catch {
    return false;
  }
}
