import { createHistogram, type RecordableHistogram } from "node:perf_hooks";

/** In ms; null where nothing was measured. */
export type Latency = {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
} | null;

/** What became of the actions that were due in a stretch of time. */
export type Measured = {
  readonly seconds: number;
  readonly actions: {
    /** Due, and the bot had something to do. */
    readonly wanted: number;
    readonly sent: number;
    readonly applied: number;
    readonly ordered: number;
    /** Ordered, and without effect since the round was over. */
    readonly afterRound: number;
    /** Due, and the bot did nothing. */
    readonly idle: number;
  };
  /** Actions a second. `ordered`: whenever they were due. */
  readonly perSecond: { readonly wanted: number; readonly ordered: number };
  /** From when an action was due until its player was told. */
  readonly latencyMs: { readonly applied: Latency; readonly ordered: Latency };
  readonly errors: {
    readonly total: number;
    /** Of the actions that were wanted. */
    readonly share: number;
    readonly byCode: Readonly<Record<string, number>>;
  };
  /** How late actions went out. */
  readonly late: Latency;
};

const PERCENTILES = { p50: 50, p90: 90, p99: 99, p999: 99.9 } as const;

/** Takes down what becomes of the actions that are due in a stretch of time. Times are of one clock, in ms. */
export class Meter {
  readonly #applied = createHistogram();
  readonly #ordered = createHistogram();
  readonly #late = createHistogram();
  readonly #counts = { due: 0, idle: 0, sent: 0, applied: 0, ordered: 0, afterRound: 0, failed: 0 };
  readonly #errors = new Map<string, number>();
  #orderedInTime = 0;
  readonly #fromMs: number;
  readonly #dueFromMs: number;
  #toMs = Number.POSITIVE_INFINITY;

  /** @param dueFromMs Actions that were due before don't count, whatever becomes of them meanwhile. */
  constructor(fromMs: number, dueFromMs = fromMs) {
    this.#fromMs = fromMs;
    this.#dueFromMs = dueFromMs;
  }

  /** Actions that are due from now on don't count. */
  end(nowMs: number): void {
    this.#toMs = nowMs;
  }

  due(dueMs: number): void {
    if (this.#isInside(dueMs)) this.#counts.due++;
  }

  idle(dueMs: number): void {
    if (this.#isInside(dueMs)) this.#counts.idle++;
  }

  sent(dueMs: number, nowMs: number): void {
    if (!this.#isInside(dueMs)) return;
    this.#counts.sent++;
    record(this.#late, nowMs - dueMs);
  }

  applied(dueMs: number, nowMs: number): void {
    if (!this.#isInside(dueMs)) return;
    this.#counts.applied++;
    record(this.#applied, nowMs - dueMs);
  }

  ordered(dueMs: number, nowMs: number): void {
    if (nowMs >= this.#fromMs && nowMs < this.#toMs) this.#orderedInTime++;
    if (!this.#isInside(dueMs)) return;
    this.#counts.ordered++;
    record(this.#ordered, nowMs - dueMs);
  }

  afterRound(dueMs: number): void {
    if (this.#isInside(dueMs)) this.#counts.afterRound++;
  }

  /** The action wasn't even sent. */
  unsent(dueMs: number, code: string): void {
    if (!this.#isInside(dueMs)) return;
    this.#counts.failed++;
    this.#count(code);
  }

  /** The server took it, and it failed there. */
  refused(dueMs: number, code: string): void {
    if (this.#isInside(dueMs)) this.#count(code);
  }

  /** It was sent, and nobody will say any more what became of it: it has taken this long at least. */
  unanswered(dueMs: number, nowMs: number, code: string): void {
    if (!this.#isInside(dueMs)) return;
    this.#counts.failed++;
    record(this.#applied, nowMs - dueMs);
    record(this.#ordered, nowMs - dueMs);
    this.#count(code);
  }

  /** Actions of which it isn't known yet. */
  get outstanding(): number {
    const { due, idle, ordered, failed } = this.#counts;
    return due - idle - ordered - failed;
  }

  /** @param nowMs Where it hasn't ended yet, until when. */
  read(nowMs: number): Measured {
    const { due, idle, sent, applied, ordered, afterRound } = this.#counts;
    const seconds = Math.max(0, Math.min(this.#toMs, nowMs) - this.#fromMs) / 1000;
    const wanted = due - idle;
    const total = [...this.#errors.values()].reduce((sum, count) => sum + count, 0);
    const perSecond = (count: number) => (seconds === 0 ? 0 : count / seconds);
    return {
      seconds,
      actions: { wanted, sent, applied, ordered, afterRound, idle },
      perSecond: { wanted: perSecond(wanted), ordered: perSecond(this.#orderedInTime) },
      latencyMs: { applied: read(this.#applied), ordered: read(this.#ordered) },
      errors: {
        total,
        share: total === 0 ? 0 : total / Math.max(1, wanted),
        byCode: Object.fromEntries(this.#errors),
      },
      late: read(this.#late),
    };
  }

  #isInside(dueMs: number): boolean {
    return dueMs >= this.#dueFromMs && dueMs < this.#toMs;
  }

  #count(code: string): void {
    this.#errors.set(code, (this.#errors.get(code) ?? 0) + 1);
  }
}

/** Histograms count whole numbers from 1: microseconds. */
function record(histogram: RecordableHistogram, ms: number): void {
  histogram.record(Math.max(1, Math.round(ms * 1000)));
}

function read(histogram: RecordableHistogram): Latency {
  if (histogram.count === 0) return null;
  const at = (percent: number) => histogram.percentile(percent) / 1000;
  const { p50, p90, p99, p999 } = PERCENTILES;
  return { p50: at(p50), p90: at(p90), p99: at(p99), p999: at(p999), max: histogram.max / 1000 };
}
