import type { Finality } from "@weft/protocol";

/** How far an action can come, in order. */
export const LEVELS = ["sent", "applied", "sequenced", "sealed"] as const;
export type Level = (typeof LEVELS)[number];

export type TrackedAction = {
  readonly name: string;
  readonly seq: number;
  readonly sentMs: number;
  /** When it was known to have come to a level, after it was sent. */
  readonly after: { [Name in Exclude<Level, "sent">]?: number };
};

/** Actions that aren't sealed yet; of more, the first ones are forgotten. */
const MAX_OPEN = 256;
/** Actions that the usual times are taken from. */
const MAX_RECENT = 40;

/** Follows a player's actions to the ledger: how far the last one is, and how long it usually takes. */
export class ActionTrack {
  #open: TrackedAction[] = [];
  #recent: TrackedAction[] = [];
  #last: TrackedAction | undefined;

  get last(): TrackedAction | undefined {
    return this.#last;
  }

  sent(name: string, seq: number, nowMs: number): void {
    this.#last = { name, seq, sentMs: nowMs, after: {} };
    this.#open = [...this.#open.slice(1 - MAX_OPEN), this.#last];
  }

  /** Whatever the server says that it has is noted for every action up to there. */
  heard(finality: Finality, nowMs: number): void {
    for (const { seq, sentMs, after } of this.#open) {
      for (const level of ["applied", "sequenced", "sealed"] as const) {
        if (seq <= finality[level]) after[level] ??= nowMs - sentMs;
      }
    }
    const settled = this.#open.filter(({ after }) => after.sealed !== undefined);
    this.#open = this.#open.filter(({ after }) => after.sealed === undefined);
    this.#recent = [...this.#recent, ...settled].slice(-MAX_RECENT);
  }

  /** The highest level that an action has come to. */
  static levelOf({ after }: TrackedAction): Level {
    return LEVELS.findLast((level) => level !== "sent" && after[level] !== undefined) ?? "sent";
  }

  /** The median of what a level took lately, in ms. */
  usual(level: Exclude<Level, "sent">): number | undefined {
    const times = [...this.#recent, ...this.#open]
      .flatMap(({ after }) => after[level] ?? [])
      .sort((a, b) => a - b);
    return times[Math.floor(times.length / 2)];
  }
}
