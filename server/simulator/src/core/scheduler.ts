/** Node's own, before anybody forbids it: it lets all promises that are settled go on, and nothing else runs here. */
const drained = globalThis.setImmediate;

type Event = { readonly atMs: number; readonly order: number; readonly run: () => void };

/** Time in a simulation: it passes only from one event to the next. Events of one moment come in the order in which they were asked for. */
export class Scheduler {
  #nowMs = 0;
  #order = 0;
  /** A binary heap, the next event first. */
  readonly #events: Event[] = [];

  /** Milliseconds since the simulation began, with fractions. */
  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, run: () => void): void {
    this.#push({ atMs: Math.max(atMs, this.#nowMs), order: this.#order++, run });
  }

  /** Runs everything up to a moment, or until `isOver` says so after an event. */
  async runUntil(untilMs: number, isOver: () => boolean): Promise<void> {
    for (;;) {
      // What the caller or the last event has set off goes on until it waits for time to pass.
      await new Promise<void>((resolve) => drained(resolve));
      const next = this.#events[0];
      if (next === undefined || next.atMs > untilMs || isOver()) break;
      this.#pop();
      this.#nowMs = next.atMs;
      next.run();
    }
    if (!isOver()) this.#nowMs = Math.max(this.#nowMs, untilMs);
  }

  #push(event: Event): void {
    const heap = this.#events;
    let index = heap.push(event) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isBefore(heap[parent] as Event, event)) break;
      heap[index] = heap[parent] as Event;
      index = parent;
    }
    heap[index] = event;
  }

  #pop(): void {
    const heap = this.#events;
    const last = heap.pop() as Event;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Event)) child++;
      if (isBefore(last, heap[child] as Event)) break;
      heap[index] = heap[child] as Event;
      index = child;
    }
    heap[index] = last;
  }
}

const isBefore = (a: Event, b: Event) =>
  a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
