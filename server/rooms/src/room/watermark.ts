type Waiter = { readonly index: number; resolve(): void; reject(error: unknown): void };

/** A count that only rises, and those who wait for it to pass an index. */
export class Watermark {
  #passed = 0;
  #failure: { readonly error: unknown } | undefined;
  #waiting: Waiter[] = [];

  /** Everything below `count` has passed. */
  advance(count: number): void {
    this.#passed = Math.max(this.#passed, count);
    // With every block of the room, in which mostly nobody waits.
    if (this.#waiting.length === 0) return;
    const ready = this.#waiting.filter(({ index }) => index < this.#passed);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ index }) => index >= this.#passed);
    for (const { resolve } of ready) resolve();
  }

  /** It will not rise any more. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }

  passed(index: number): Promise<void> {
    if (index < this.#passed) return Promise.resolve();
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ index, resolve, reject });
    });
  }
}
