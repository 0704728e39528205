import { done } from "./game.ts";
import type { ServerMark } from "./messages.ts";

/** To be called on the thread that serves. */
export function markServer(): ServerMark {
  const thread = process.threadCpuUsage();
  const all = process.cpuUsage();
  return {
    atMs: performance.now(),
    moves: done.moves,
    threadUs: thread.user + thread.system,
    processUs: all.user + all.system,
  };
}

/** What JavaScript holds, its buffers included, when nothing is left to be collected. */
export function memoryInUse(): number {
  // Twice: what only finalizers let go of is free after the second.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
