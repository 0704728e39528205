import { tracingChannel } from "node:diagnostics_channel";
import { constants, PerformanceObserver, performance } from "node:perf_hooks";
import { type NamedStep, STEP_CHANNEL } from "@weft/ledger";

/** Something with a name that the thread did or was held by; times as `performance.now()` has them. */
export type WorkSpan = {
  readonly name: string;
  readonly startMs: number;
  readonly durationMs: number;
};

/** Spans that are remembered: those of many turns, since garbage collections are told of some turns later. */
const MAX_SPANS = 1024;

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "gc: young",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "gc: full",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "gc: marking",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "gc: weak references",
};

/** What Node adds to an entry of this type, and its types leave out. */
type GcEntry = { readonly detail: { readonly kind: number } };

/** Listens to named steps and garbage collections of the thread it is made on. */
export class ThreadWork {
  readonly #spans: WorkSpan[] = [];
  readonly #open: { readonly name: string; readonly startMs: number }[] = [];
  readonly #channel = tracingChannel(STEP_CHANNEL);
  readonly #observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { startTime, duration } = entry;
      const { kind } = (entry as unknown as GcEntry).detail;
      this.#add({ name: gcKinds[kind] ?? "gc", startMs: startTime, durationMs: duration });
    }
  });
  readonly #listeners = {
    start: (message: unknown) => {
      this.#open.push({ name: (message as NamedStep).name, startMs: performance.now() });
    },
    end: () => {
      const step = this.#open.pop();
      if (step !== undefined) this.#add({ ...step, durationMs: performance.now() - step.startMs });
    },
    asyncStart() {},
    asyncEnd() {},
    error() {},
  };

  constructor() {
    this.#channel.subscribe(this.#listeners);
    this.#observer.observe({ entryTypes: ["gc"] });
  }

  /** What took place in a stretch of time, summed up by name, the longest first. */
  between(fromMs: number, toMs: number): { name: string; durationMs: number }[] {
    const sums = new Map<string, number>();
    for (const { name, startMs, durationMs } of this.#spans) {
      const sharedMs = Math.min(toMs, startMs + durationMs) - Math.max(fromMs, startMs);
      if (sharedMs > 0) sums.set(name, (sums.get(name) ?? 0) + sharedMs);
    }
    return [...sums]
      .map(([name, durationMs]) => ({ name, durationMs }))
      .sort((a, b) => b.durationMs - a.durationMs);
  }

  stop(): void {
    this.#channel.unsubscribe(this.#listeners);
    this.#observer.disconnect();
  }

  #add(span: WorkSpan): void {
    // A ring would save the copying, which happens once in a thousand spans.
    if (this.#spans.length >= MAX_SPANS) this.#spans.splice(0, MAX_SPANS / 2);
    this.#spans.push(span);
  }
}
