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
  readonly #beganMs: number;
  #shownMs: number;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#beganMs = options.nowMs();
    this.#shownMs = this.#beganMs;
  }

  /** @param note what else there is to say. */
  update(done: number, total: number, note = ""): void {
    const { terminal, nowMs } = this.#options;
    const now = nowMs();
    const isBar = terminal.isTTY === true;
    if (now - this.#shownMs < (isBar ? REDRAW_MS : LINE_MS)) return;
    this.#shownMs = now;
    const text = this.#describe(done, total, now - this.#beganMs, note, isBar);
    terminal.write(isBar ? `${CLEAR_LINE}${text.slice(0, terminal.columns ?? 80)}` : `${text}\n`);
  }

  /** Takes the bar away. */
  end(): void {
    if (this.#options.terminal.isTTY === true) this.#options.terminal.write(CLEAR_LINE);
  }

  #describe(done: number, total: number, elapsedMs: number, note: string, isBar: boolean): string {
    const share = total === 0 ? 1 : done / total;
    const leftMs = share === 0 ? Number.NaN : (elapsedMs * (1 - share)) / share;
    const bar = isBar ? ` ${drawBar(share)}` : "";
    const percent = `${(share * 100).toFixed(1)} %`;
    const rest = note === "" ? "" : `, ${note}`;
    return `${this.#options.label}${bar} ${percent} (${done}/${total}), ${formatMs(leftMs)} left${rest}`;
  }
}

function drawBar(share: number): string {
  const full = Math.round(Math.min(1, share) * BAR_CHARS);
  return `${"█".repeat(full)}${"░".repeat(BAR_CHARS - full)}`;
}

/** A duration as people say it: 850 ms, 12.3 s, 4 min 5 s, 2 h 10 min. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return "?";
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
