import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** Steps of about 1.25 each: of a processor that they share, another thread gets nine times as much. */
const NICENESS = 10;
/** There is no lower priority. */
const LEAST = 19;
/** What V8 calls its threads: all of a process's isolates share them. */
const HELPER = "V8Worker";

/**
 * Called by a thread with long work that nobody waits for by the millisecond: the thread that serves rooms goes first where there
 * are fewer processors than threads. Linux has a priority for each thread; elsewhere, and where it isn't allowed, this
 * does nothing.
 * @returns whether the thread gives way now
 */
export function giveWay(): boolean {
  try {
    // "<process>/task/<thread>", of the thread that looks.
    lower(Number(readlinkSync("/proc/thread-self").split("/").at(-1)));
    return true;
  } catch {
    return false;
  }
}

/**
 * Has the threads give way in which V8 compiles and collects for this process. They work for the threads with long work, too: four
 * of them at once have kept the one that serves rooms waiting for 11 ms. To be called by the thread that they give way to.
 * @returns how many give way now
 */
export function helpersGiveWay(): number {
  try {
    const tasks = "/proc/self/task";
    const helpers = readdirSync(tasks).filter(
      (thread) => readFileSync(`${tasks}/${thread}/comm`, "utf8").trim() === HELPER,
    );
    for (const thread of helpers) lower(Number(thread));
    return helpers.length;
  } catch {
    return 0;
  }
}

/** Below the process's first thread, whose priority it had when it began: called twice, it is lowered once. */
function lower(thread: number): void {
  setPriority(thread, Math.min(LEAST, getPriority(process.pid) + NICENESS));
}
