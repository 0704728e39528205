/** Time that passes when the test says so. */
export class VirtualTime {
  nowMs = 0;
  #events: { atMs: number; order: number; run: () => void }[] = [];
  #order = 0;

  at(atMs: number, run: () => void): () => void {
    const event = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, run };
    this.#events.push(event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.nowMs + delayMs, run);
  }

  /** What is waited for goes on between any two events. */
  async advanceTo(untilMs: number): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      const [next] = this.#events
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      if (next === undefined) break;
      this.#events = this.#events.filter((other) => other !== next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }
}

export type LinkConditions = {
  /** One way, in ms. */
  readonly latencyMs: number;
  /** Up to so many ms more. */
  readonly jitterMs: number;
  /** Share of messages whose packet is lost: it is sent again, and all that is behind it waits. */
  readonly loss: number;
};

/** What a lost packet costs before it is sent again, as TCP has it at the least. */
const RETRANSMIT_MS = 200;

/** One direction of a connection like TCP: in order, nothing lost, sometimes late. */
export class Link {
  conditions: LinkConditions;
  readonly #time: VirtualTime;
  readonly #chance: () => number;
  #lastMs = 0;
  #generation = 0;

  constructor(time: VirtualTime, conditions: LinkConditions, chance: () => number) {
    this.#time = time;
    this.conditions = conditions;
    this.#chance = chance;
  }

  send(deliver: () => void): void {
    const { latencyMs, jitterMs, loss } = this.conditions;
    let delayMs = latencyMs + this.#chance() * jitterMs;
    while (this.#chance() < loss) delayMs += RETRANSMIT_MS;
    this.#lastMs = Math.max(this.#lastMs, this.#time.nowMs + delayMs);
    const generation = this.#generation;
    this.#time.at(this.#lastMs, () => {
      if (generation === this.#generation) deliver();
    });
  }

  /** What is on its way is lost. */
  cut(): void {
    this.#generation++;
  }
}
