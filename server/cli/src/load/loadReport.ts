import { type Bounds, type Break, judge } from "./bounds.ts";
import type { JudgedStep, Knee } from "./findKnee.ts";
import type { StepResult } from "./loadRun.ts";

/** What `--json` prints. */
export type LoadReport = {
  readonly url: string;
  readonly game: string;
  /** Actions of one client a second. */
  readonly rate: number;
  readonly seed: number;
  /** By a signal, or since there was nobody left. */
  readonly endedEarly: boolean;
  /** Nothing is broken: what the exit code says. */
  readonly held: boolean;
  readonly broken: readonly Break[];
  /** What was measured; of a search, at the knee. Null where nothing was. */
  readonly result: StepResult | null;
  /** With `--find-knee`: what the last step that held had, or null. */
  readonly knee?: { readonly clients: number; readonly actionsPerSecond: number } | null;
  /** Whether there was a step that didn't hold. */
  readonly isFound?: boolean;
  readonly steps?: readonly JudgedStep[];
};

type Head = Pick<LoadReport, "url" | "game" | "rate" | "seed" | "endedEarly">;

const NOTHING: Break = {
  code: "NOTHING_MEASURED",
  message: "it ended before anything was measured",
};

export function reportOfStep(
  head: Head,
  result: StepResult | undefined,
  bounds: Bounds,
): LoadReport {
  const broken = result === undefined ? [NOTHING] : judge(result, bounds);
  return { ...head, held: broken.length === 0, broken, result: result ?? null };
}

/** A search has held when there is a load that does. */
export function reportOfKnee(head: Head, { steps, knee, isFound }: Knee): LoadReport {
  const broken = knee === undefined ? (steps.at(-1)?.broken ?? [NOTHING]) : [];
  return {
    ...head,
    held: knee !== undefined,
    broken,
    result: knee ?? null,
    knee:
      knee === undefined
        ? null
        : { clients: knee.clients, actionsPerSecond: knee.perSecond.ordered },
    isFound,
    steps,
  };
}
