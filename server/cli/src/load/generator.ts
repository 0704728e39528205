import { type EventLoopUtilization, performance } from "node:perf_hooks";
import { BUSY_SHARE, LATE_MS } from "./limits.ts";
import type { Latency } from "./meter.ts";

/** How the machine that makes the load fared. */
export type GeneratorHealth = {
  /** Of its thread's time, what it worked. */
  readonly busy: number;
  /** Processor time by time, of all threads: 1 is a core. */
  readonly cores: number;
  /** How late actions went out, at p99, in ms; null where none did. */
  readonly lateP99Ms: number | null;
  /** It could do no more: what was measured is the generator. */
  readonly isBottleneck: boolean;
};

export type GeneratorMark = {
  readonly loop: EventLoopUtilization;
  readonly cpu: NodeJS.CpuUsage;
  readonly atMs: number;
};

export function markGenerator(): GeneratorMark {
  return {
    loop: performance.eventLoopUtilization(),
    cpu: process.cpuUsage(),
    atMs: performance.now(),
  };
}

/** @param late How late actions went out since the mark. */
export function readGenerator(since: GeneratorMark, late: Latency): GeneratorHealth {
  const { utilization } = performance.eventLoopUtilization(since.loop);
  const { user, system } = process.cpuUsage(since.cpu);
  const elapsedUs = (performance.now() - since.atMs) * 1000;
  return judgeGenerator(utilization, elapsedUs === 0 ? 0 : (user + system) / elapsedUs, late);
}

export function judgeGenerator(busy: number, cores: number, late: Latency): GeneratorHealth {
  const lateP99Ms = late?.p99 ?? null;
  const isBottleneck = busy > BUSY_SHARE || (lateP99Ms ?? 0) > LATE_MS;
  return { busy, cores, lateP99Ms, isBottleneck };
}
