/** Runs something later, unless the returned function is called before. A test can own it. */
export type Timers = {
  after(delayMs: number, run: () => void): () => void;
};

export const systemTimers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
