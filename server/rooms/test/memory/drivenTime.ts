import { setImmediate as nextTurn } from "node:timers/promises";

/** How often time goes on by itself, as long as nobody drives it. */
const IDLE_STEP_MS = 5;

type Run = () => void;

class DrivenTimer {
  readonly #time: DrivenTime;
  readonly run: Run;
  readonly everyMs: number | undefined;
  readonly #delayMs: number;
  dueMs: number;

  constructor(time: DrivenTime, run: Run, delayMs: number, repeats: boolean) {
    this.#time = time;
    this.run = run;
    this.#delayMs = Math.max(1, delayMs || 1);
    this.everyMs = repeats ? this.#delayMs : undefined;
    this.dueMs = time.nowMs + this.#delayMs;
  }

  refresh(): this {
    this.dueMs = this.#time.nowMs + this.#delayMs;
    this.#time.add(this);
    return this;
  }

  close(): this {
    this.#time.remove(this);
    return this;
  }

  // What keeps the process here is whoever drives it.
  ref = (): this => this;
  unref = (): this => this;
  hasRef = (): boolean => false;
}

/**
 * The time of a process, its clocks and its timers, in the hands of whoever calls `advance`: an hour passes as fast as what
 * happens in it can be done, and nothing is late, however busy the machine is. Until it is driven, it goes as ever.
 * (Not Node's own time-outs of connections, nor other threads.)
 */
export class DrivenTime {
  readonly #startMs: number;
  readonly #realMs: () => number;
  readonly #realTimer: NodeJS.Timeout;
  readonly #timers = new Set<DrivenTimer>();
  /** Since the process started. */
  nowMs: number;

  /** To be called before anything reads a clock. */
  static install(): DrivenTime {
    const time = new DrivenTime();
    const after =
      (repeats: boolean) =>
      (run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) =>
        time.add(new DrivenTimer(time, () => run(...args), delayMs, repeats));
    const cancel = (timer: unknown) => {
      if (timer instanceof DrivenTimer) time.remove(timer);
    };
    Object.assign(globalThis, {
      setTimeout: after(false),
      setInterval: after(true),
      clearTimeout: cancel,
      clearInterval: cancel,
    });
    Date.now = () => time.#startMs + Math.floor(time.nowMs);
    Object.defineProperty(performance, "now", { value: () => time.nowMs });
    return time;
  }

  private constructor() {
    this.#realMs = performance.now.bind(performance);
    this.nowMs = this.#realMs();
    this.#startMs = Date.now() - Math.floor(this.nowMs);
    this.#realTimer = setInterval(() => this.#runUntil(this.#realMs()), IDLE_STEP_MS);
  }

  /** From now on time stands still but for `advance`. */
  drive(): void {
    // What would clear it knows only the other ones any more.
    this.#realTimer.close();
  }

  add(timer: DrivenTimer): DrivenTimer {
    this.#timers.add(timer);
    return timer;
  }

  remove(timer: DrivenTimer): void {
    this.#timers.delete(timer);
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Lets time pass. What a timer sets off has its turn before the next timer. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#fire(next);
      await nextTurn();
    }
    this.nowMs = untilMs;
    await nextTurn();
  }

  #runUntil(untilMs: number): void {
    for (let next = this.#next(untilMs); next !== undefined; next = this.#next(untilMs)) {
      this.#fire(next);
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  #next(untilMs: number): DrivenTimer | undefined {
    let first: DrivenTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && timer.dueMs < (first?.dueMs ?? Infinity)) first = timer;
    }
    return first;
  }

  #fire(timer: DrivenTimer): void {
    this.nowMs = Math.max(this.nowMs, timer.dueMs);
    if (timer.everyMs === undefined) this.#timers.delete(timer);
    else timer.dueMs = this.nowMs + timer.everyMs;
    timer.run();
  }
}
