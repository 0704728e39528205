import { createHistogram, performance, type RecordableHistogram } from "node:perf_hooks";
import { ThreadWork } from "./threadWork.ts";

/** A turn of the event loop that took long: nothing else ran on the thread meanwhile. */
export type LoopBlock = {
  /** When it was over, as `performance.now()` has it. */
  readonly endedMs: number;
  /** Without the wait for events. */
  readonly durationMs: number;
  /** What the thread had of a processor in that time. The rest it waited: for the system to let it run, or for a file. */
  readonly cpuMs: number;
  /** What is known of it, the longest first: our named steps and garbage collections; one may be within the other. */
  readonly work: readonly { readonly name: string; readonly durationMs: number }[];
};

export type LoopWatchOptions = {
  /** Shorter turns are only counted. */
  readonly thresholdMs: number;
  /** Told some turns later, since that is when Node tells of garbage collections. */
  readonly onBlock: (block: LoopBlock) => void;
};

/** Watches the event loop of the thread that it was made on. */
export interface LoopWatch {
  /** How long turns took, in ns. `reset` it to begin anew. */
  readonly turnsNs: RecordableHistogram;
  /** What they took of a processor, in ns: says what is ours where the machine does other things, too. */
  readonly turnsCpuNs: RecordableHistogram;
  stop(): void;
}

/** Turns after which all garbage collections of a turn have been told of. */
const SETTLING_TURNS = 4;
/** Long turns that wait for that. */
const MAX_UNTOLD = 64;

type Untold = {
  readonly turn: number;
  readonly beganMs: number;
  readonly endedMs: number;
  readonly durationMs: number;
  readonly cpuMs: number;
};

/**
 * Measures every turn of the event loop, and says what held up the long ones. A turn is from one check phase to the
 * next without the wait for events in between, so every callback is in exactly one, with the microtasks after it;
 * `monitorEventLoopDelay` would tell how late timers are, to the millisecond, and not why. Costs some 2 µs a turn.
 */
export function watchLoop({ thresholdMs, onBlock }: LoopWatchOptions): LoopWatch {
  const turnsNs = createHistogram();
  const turnsCpuNs = createHistogram();
  const work = new ThreadWork();
  const untold: Untold[] = [];
  let turn = 0;
  let last = readClocks();
  // Unreferenced, an immediate runs in every check phase, and neither keeps the loop from waiting nor the process alive.
  let next = setImmediate(onTurn).unref();

  function onTurn(): void {
    turn++;
    const now = readClocks();
    const durationMs = now.wallMs - last.wallMs - (now.idleMs - last.idleMs);
    const cpuMs = now.cpuMs - last.cpuMs;
    turnsNs.record(toNs(durationMs));
    turnsCpuNs.record(toNs(cpuMs));
    if (durationMs >= thresholdMs && untold.length < MAX_UNTOLD) {
      untold.push({ turn, beganMs: last.wallMs, endedMs: now.wallMs, durationMs, cpuMs });
    }
    last = now;
    next = setImmediate(onTurn).unref();
    while (untold[0] !== undefined && turn - untold[0].turn >= SETTLING_TURNS) tell();
  }

  function tell(): void {
    const block = untold.shift();
    if (block === undefined) return;
    const { beganMs, endedMs, durationMs, cpuMs } = block;
    onBlock({ endedMs, durationMs, cpuMs, work: work.between(beganMs, endedMs) });
  }

  return {
    turnsNs,
    turnsCpuNs,
    stop() {
      clearImmediate(next);
      work.stop();
      while (untold.length > 0) tell();
    },
  };
}

/** Histograms take nothing below 1. */
const toNs = (ms: number) => Math.max(1, Math.round(ms * 1e6));

function readClocks() {
  const { user, system } = process.threadCpuUsage();
  return {
    wallMs: performance.now(),
    idleMs: performance.nodeTiming.idleTime,
    cpuMs: (user + system) / 1000,
  };
}
