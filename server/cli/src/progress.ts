import type { Terminal } from "./output.ts";

/** How often a bar is drawn anew. */
const REDRAW_MS = 100;
/** How often a line is written where there is no terminal to draw in. */
const LINE_MS = 5_000;
const BAR_CHARS = 24;
const CLEAR_LINE = "\r\x1b[K";

export type ProgressOptions = {
  readonly terminal: Terminal;
  /** What is being done: "verifying". */
  readonly label: string;
  /** Milliseconds, never falling. */
  readonly nowMs: () => number;
};

/** How far something is: a bar that moves on a terminal, a line now and then in a log. */
export class Progress {
  readonly #options: ProgressOptions;
  /** Where it began, which says how long the rest takes: getting there took a while, too. */
  #first: { readonly done: number; readonly nowMs: number } | undefined;
  #shownMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#shownMs = options.nowMs();
  }

  /** @param note what else there is to say. */
  update(done: number, total: number, note = ""): void {
    const { terminal, nowMs } = this.#options;
    const now = nowMs();
    this.#first ??= { done, nowMs: now };
    const isBar = terminal.isTTY === true;
    if (now - this.#shownMs < (isBar ? REDRAW_MS : LINE_MS)) return;
    this.#shownMs = now;
    const leftMs = ((total - done) * (now - this.#first.nowMs)) / (done - this.#first.done);
    const text = this.#describe(done, total, leftMs, note, isBar);
    terminal.write(isBar ? `${CLEAR_LINE}${text.slice(0, terminal.columns ?? 80)}` : `${text}\n`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#options.terminal.isTTY === true) this.#options.terminal.write(CLEAR_LINE);
  }

  #describe(done: number, total: number, leftMs: number, note: string, isBar: boolean): string {
    const share = total === 0 ? 1 : done / total;
    const bar = isBar ? ` ${drawBar(share)}` : "";
    const percent = `${(share * 100).toFixed(1)} %`;
    const left = Number.isFinite(leftMs) ? `, ${formatMs(leftMs)} left` : "";
    const rest = note === "" ? "" : `, ${note}`;
    return `${this.#options.label}${bar} ${percent} (${done}/${total})${left}${rest}`;
  }
}

function drawBar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_CHARS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARS - full)}`;
}

/** A duration as people say it: 850 ms, 12.3 s, 4 min 5 s, 2 h 10 min. */
export function formatMs(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
