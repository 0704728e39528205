/**
 * When actions are due: evenly spread over all clients, whatever becomes of them. The load is open: a server that falls
 * behind gets no fewer, and what it kept waiting is measured from when it was due ("coordinated omission").
 */
export class Pacer {
  readonly #perClientMs: number;
  #clients = 0;
  #next = 0;
  /** Actions are counted from here … */
  #sinceMs = 0;
  /** … and so many were dealt. */
  #dealt = 0;

  /** @param rate Actions of one client a second. */
  constructor(rate: number) {
    this.#perClientMs = rate / 1000;
  }

  get clients(): number {
    return this.#clients;
  }

  /** So many clients act from now on. What was due before must have been taken. */
  setClients(clients: number, nowMs: number): void {
    const before = this.#perMs;
    this.#clients = clients;
    // What has passed of the time to the next action counts on.
    const part = before === 0 ? 0 : Math.max(0, (nowMs - this.#sinceMs) * before - this.#dealt);
    this.#sinceMs = this.#perMs === 0 ? nowMs : nowMs - part / this.#perMs;
    this.#dealt = 0;
  }

  /** Deals all actions that are due by now, clients taking turns. */
  take(nowMs: number, act: (client: number, dueMs: number) => void): void {
    const perMs = this.#perMs;
    const due = Math.floor((nowMs - this.#sinceMs) * perMs);
    while (this.#dealt < due) {
      this.#dealt++;
      this.#next = (this.#next + 1) % this.#clients;
      act(this.#next, this.#sinceMs + this.#dealt / perMs);
    }
  }

  get #perMs(): number {
    return this.#clients * this.#perClientMs;
  }
}
