import type { Logger } from "../types.ts";
import { type LoopBlock, watchLoop } from "./watchLoop.ts";

/** Between two warnings: a thread that is held all the time must not fill the log, too. */
const MIN_BETWEEN_WARNINGS_MS = 10_000;

export type WarnOptions = {
  readonly thresholdMs: number;
  readonly logger: Logger;
  /** Rises evenly. Default: the process's clock. */
  readonly monotonicMs?: () => number;
};

/**
 * Warns in the log when the thread that serves was held, and by what.
 * @returns a function that ends it
 */
export function warnOfBlocks(options: WarnOptions): () => void {
  const { thresholdMs } = options;
  const watch = watchLoop({ thresholdMs, onBlock: createWarner(options) });
  return () => watch.stop();
}

/** Warns at most every so often; what is left out is counted, and told of with the next. */
export function createWarner({
  logger,
  monotonicMs = () => performance.now(),
}: WarnOptions): (block: LoopBlock) => void {
  let quietUntilMs = Number.NEGATIVE_INFINITY;
  let leftOut = 0;
  return ({ durationMs, cpuMs, work }) => {
    const nowMs = monotonicMs();
    if (nowMs < quietUntilMs) {
      leftOut++;
      return;
    }
    quietUntilMs = nowMs + MIN_BETWEEN_WARNINGS_MS;
    logger.warn("the thread that serves was held up: everybody waited", {
      tookMs: rounded(durationMs),
      cpuMs: rounded(cpuMs),
      work: Object.fromEntries(work.map((piece) => [piece.name, rounded(piece.durationMs)])),
      leftOut,
    });
    leftOut = 0;
  };
}

const rounded = (ms: number) => Math.round(ms * 10) / 10;
