/** Functions to call when something happens. One that throws doesn't keep the others from it. */
export class Listeners<Args extends readonly unknown[]> {
  readonly #listeners = new Set<(...args: Args) => void>();

  /** @returns how to stop listening. */
  add(listener: (...args: Args) => void): () => void {
    // A function of its own, so that listening twice with one function is twice.
    const own = (...args: Args) => listener(...args);
    this.#listeners.add(own);
    return () => {
      this.#listeners.delete(own);
    };
  }

  emit(...args: Args): void {
    for (const listener of this.#listeners) {
      try {
        listener(...args);
      } catch (error) {
        // The caller's bug: it surfaces as an uncaught exception of its own.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }
}
