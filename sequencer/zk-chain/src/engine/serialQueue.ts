/** Runs pieces of work one after the other, in the order in which they came. */
export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(work);
    // A piece that failed tells its own caller; the next one runs all the same.
    this.#last = result.catch(() => {});
    return result;
  }
}
