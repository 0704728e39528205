import type { Random } from "./random.ts";
import type { Scheduler } from "./scheduler.ts";

/** The timers of one process, or of one player. When it ends, nothing that it waits for ever happens. */
export class Lifetime {
  readonly #scheduler: Scheduler;
  readonly #random: Random;
  readonly #lateMs: number;
  #alive = true;

  /** @param lateMs Timers come late by up to this much, as they do. */
  constructor(scheduler: Scheduler, random: Random, lateMs = 0) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#lateMs = lateMs;
  }

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
  }

  /** Rises evenly, in ms. */
  monotonicMs(): number {
    return this.#scheduler.nowMs;
  }

  /** @returns what calls it off. */
  after(delayMs: number, run: () => void): () => void {
    let wanted = true;
    const lateMs = this.#lateMs === 0 ? 0 : this.#random.between(0, this.#lateMs);
    this.#scheduler.at(this.#scheduler.nowMs + delayMs + lateMs, () => {
      if (wanted && this.#alive) run();
    });
    return () => {
      wanted = false;
    };
  }

  /** Resolves, or rejects with what `run` throws, after a time; never, when this ends before. */
  later<T>(delayMs: number, run: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.after(delayMs, () => {
        try {
          resolve(run());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  wait(delayMs: number): Promise<void> {
    return this.later(delayMs, () => {});
  }
}
